module.exports = ({params, res}) ->
  res.end [params.a.b, params.l...].join '\n'
