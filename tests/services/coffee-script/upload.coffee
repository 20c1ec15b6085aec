module.exports = ({params: {f: file}, res}) ->
  res.write "#{file.filename}\n#{file.type}\n#{file.size}\n"
  file.pipe res
  return
