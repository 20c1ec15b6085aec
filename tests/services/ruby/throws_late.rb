# An error after the first byte of output.
def fail
  raise "the reason"
end

puts "before"
fail
