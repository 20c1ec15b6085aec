# An error that nothing rescues.
def fail
  raise "the reason"
end

fail
