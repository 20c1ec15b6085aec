// Reports the progress of an upload while it arrives.
//
// stack ./upload.js
// curl --no-buffer --upload-file movie.mp4 http://127.0.0.1:3000/

module.exports = async function ({ req, res }) {
  const total = Number(req.headers['content-length']);
  let received = 0;
  let shown;
  for await (const chunk of req) {
    received += chunk.length;
    const progress = total ? `${Math.floor(100 * received / total)} %` : `${received} bytes`;
    if (progress !== shown) res.write(`${progress}\n`);
    shown = progress;
  }
  res.end(`received ${received} bytes`);
};
