puts one
hook end two
puts three
error "after the end"
