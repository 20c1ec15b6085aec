block = '0123456789abcde\n'.repeat 4096

module.exports = ({res}) ->
  res.write block for [1..1600]
  return
