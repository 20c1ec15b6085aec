# stack ./echo.tcl
# curl 'http://127.0.0.1:3000/?foo=bar'

puts "Hello, this is a Tcl script."
puts "\[dict get \$hook params] is:"
puts [dict get $hook params]
