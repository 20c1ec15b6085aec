# stack ./echo.rb
# curl 'http://127.0.0.1:3000/?foo=bar'

puts "Hello, this is a Ruby script."
puts "hook['params'] is:"
puts hook["params"]
