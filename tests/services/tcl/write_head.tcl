hook writeHead 201 Made {X-A b}
puts text
