$counter = ($counter || 0) + 1
print "#{$counter} #{Process.pid}"
