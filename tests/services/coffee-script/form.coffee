{ text } = require 'stream/consumers'

module.exports = ({params, req, res}) ->
  whole = await text req
  res.end "#{params.a} #{params.b} #{whole}"
