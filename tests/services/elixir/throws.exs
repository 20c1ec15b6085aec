# Raises before any output.
fail = fn reason ->
  raise reason
end

fail.("the reason")
