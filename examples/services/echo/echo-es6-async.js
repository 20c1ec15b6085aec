// stack ./echo-es6-async.js
// curl 'http://127.0.0.1:3000/?foo=bar'

export default async function ({ params, res }) {
  res.write('Hello, this is a JavaScript script.\n');
  res.write('hook.params is:\n');
  res.end(await describe(params));
}

async function describe(params) {
  return JSON.stringify(params);
}
