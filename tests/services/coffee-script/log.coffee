module.exports = ({log, res}) ->
  log 'a', 'log', 5
  process.stderr.write 'an error\n'
  res.end 'body'
