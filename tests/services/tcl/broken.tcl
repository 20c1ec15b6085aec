# The third line does not parse.
set greeting "hello world"
puts [string toupper $greeting
