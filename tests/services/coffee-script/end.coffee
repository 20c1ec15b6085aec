module.exports = ({res}) ->
  res.write 'one\n'
  res.end 'two'
  res.write 'three\n'
  throw new Error 'too late to matter'
