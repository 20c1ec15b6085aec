# Raises after the answer has begun.
fail = fn reason ->
  raise reason
end

IO.puts("before")
fail.("the reason")
