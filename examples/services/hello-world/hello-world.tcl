# stack ./hello-world.tcl
# curl http://127.0.0.1:3000/

puts "hello world"
