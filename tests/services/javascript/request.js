module.exports = ({ req, res }) => {
  const fields = [req.method, req.url, req.path, req.query, req.headers['x-a'], req.host, req.httpVersion,
    req.connection.remoteAddress, req.id, req.deadline, req.params.a];
  res.end(fields.join('\n'));
};
