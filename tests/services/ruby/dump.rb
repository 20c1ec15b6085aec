hook.params.each do |name, value|
  print "#{name.bytesize}:#{name}#{value.bytesize}:#{value}"
end
