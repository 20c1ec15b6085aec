# stack ./hello-world.rb
# curl http://127.0.0.1:3000/

puts "hello world"
