// A service of JavaScript: a fresh process answers each request.

export default async function ({ params, req, res, log }) {
  const name = params.name ?? 'world'; // of the query, a form, JSON, or an upload

  if (name.length > 100) {
    return res.status(400).end('that is a long name');
  }
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  res.write(`hello ${name}\n`); // every write is sent at once: one that waits between its writes streams

  // req     method, url, path, headers; it is the request's body too: for await (const chunk of req)
  // log()   a line in the log; so is everything of console
}
