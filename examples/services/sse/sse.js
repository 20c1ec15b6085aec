// Server-sent events, and the page that shows them.
//
// stack ./sse.js, then open http://127.0.0.1:3000/
// curl --no-buffer -H 'Accept: text/event-stream' http://127.0.0.1:3000/

const fs = require('fs');
const path = require('path');

module.exports = function ({ req, res }) {
  const accept = req.headers.accept ?? '';
  if (accept.includes('text/event-stream')) sendEvents(req, res);
  else sendPage(res);
};

function sendPage(res) {
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  fs.createReadStream(path.join(__dirname, 'index.html')).pipe(res);
}

// The stream ends when the browser leaves: that ends this process.
function sendEvents(req, res) {
  res.setHeader('Content-Type', 'text/event-stream');
  res.setHeader('Cache-Control', 'no-cache');
  let id = Number(req.headers['last-event-id'] ?? 0);
  const send = () => res.write(`id: ${++id}\ndata: ${new Date().toISOString()}\n\n`);
  send();
  setInterval(send, 1000);
}
