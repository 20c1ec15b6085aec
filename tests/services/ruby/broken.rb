# The third line does not parse.
puts "never printed"
puts )
