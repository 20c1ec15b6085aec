module.exports = ({params, res}) ->
  for name, value of params
    res.write "#{Buffer.byteLength name}:#{name}#{Buffer.byteLength value}:#{value}"
  return
