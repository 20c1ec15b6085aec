module.exports = ({params, req, res}) ->
  res.end [
    req.method, req.url, req.path, req.query, req.headers['x-a'], req.host, req.httpVersion
    req.connection.remoteAddress, req.id, req.deadline, params.a
  ].join '\n'
