hook log a log 5
puts stderr "an error"
puts body
