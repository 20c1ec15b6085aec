{ createInterface } = require 'readline'

module.exports = ({req, res}) ->
  for await line from createInterface input: req
    res.write "got #{line}\n"
  return
