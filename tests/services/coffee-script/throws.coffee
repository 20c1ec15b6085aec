# Throws before any output.
fail = (reason) ->
  throw new Error reason

fail 'the reason'
