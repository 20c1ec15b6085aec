export default function ({ params, req, res }: any): void {
  const facts: unknown[] = [
    req.method, req.url, req.path, req.query, req.headers['x-a'], req.host, req.httpVersion,
    req.connection.remoteAddress, req.id, req.deadline, params.a,
  ];
  res.end(facts.join('\n'));
}
