# Throws after the answer has begun.
fail = (reason) ->
  throw new Error reason

process.stdout.write 'before\n'
fail 'the reason'
