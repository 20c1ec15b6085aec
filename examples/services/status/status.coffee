# stack ./status.coffee
# curl -i 'http://127.0.0.1:3000/?code=418'

module.exports = ({params, res}) ->
  res.status Number params.code ? 404
  res.setHeader 'X-Service', 'status'
  res.end 'as you asked'
