// A form in the browser, or:
//
// stack ./uploader.js
// curl -F title=notes -F f=@notes.txt http://127.0.0.1:3000/
// curl -F back=1 -F f=@notes.txt http://127.0.0.1:3000/

const crypto = require('crypto');
const fs = require('fs');
const { pipeline } = require('stream/promises');

const form = `<!doctype html>
<meta charset="utf-8">
<title>Upload</title>
<form method="post" enctype="multipart/form-data">
  <p><input name="title" placeholder="Title">
  <p><input type="file" name="f" required>
  <p><label><input type="checkbox" name="back" value="1"> Send it back</label>
  <p><button>Upload</button>
</form>`;

module.exports = async function ({ req, params, res }) {
  if (req.method !== 'POST') return res.setHeader('Content-Type', 'text/html; charset=utf-8').end(form);
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');

  // Only an uploaded file has methods: fields that merely imitate one are data.
  const { title, back, f: file } = params;
  if (typeof file?.pipe !== 'function') return res.status(400).end('There is no file in the field f.');
  if (back) return file.pipe(res);

  const hash = crypto.createHash('sha256');
  await pipeline(fs.createReadStream(file.path), hash);
  res.write(`title: ${title ?? ''}\n`);
  res.write(`file: ${file.filename}, ${file.size} bytes, ${file.type}\n`);
  res.end(`sha256: ${hash.digest('hex')}`);
};
