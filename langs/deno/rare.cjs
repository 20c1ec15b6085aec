'use strict';
// What only some requests need. Kept apart, so that others do not pay for it; here node's modules are free to use, each
// where it is needed: in Bun, fs alone takes 3 ms to load.

// Makes an object one of node's streams; the methods of its class stay in front.
exports.becomeStream = (object, kind) => {
  const Stream = require('stream')[kind];
  Object.setPrototypeOf(Object.getPrototypeOf(object), Stream.prototype);
  Stream.call(object, { highWaterMark: 65536 });
  return Stream;
};

// An uploaded file among the parameters: its fields are data, its methods read it.
class UploadedFile {
  stream() { return require('fs').createReadStream(this.path); }
  pipe(destination, options) { return this.stream().pipe(destination, options); }
}

// Only a multipart body brings files, and its other fields are text: a number tells a file from them. A JSON
// body that imitates one stays plain data; else it could name any file of this machine.
exports.adoptFiles = function adoptFiles(value) {
  if (typeof value !== 'object' || value === null) return;
  if (typeof value.size === 'number') Object.setPrototypeOf(value, UploadedFile.prototype);
  else Object.values(value).forEach(adoptFiles);
};

exports.format = (...values) => require('util').format(...values);

// A console like node's, all of which goes to the log.
exports.replaceConsole = () => Object.assign(console, new (require('console').Console)(process.stderr));

// Much can write to standard output unseen, so that a script which mentions any of it is believed.
exports.looksSilent = script => {
  const source = require('fs').readFileSync(new URL(script), 'utf8');
  return !/\b(import|require|stdout|write\w*|spawn\w*|Command)\b|\$`|\/dev\/fd/.test(source);
};

// What the runtime would print, without the lines of the bridge and of its own.
exports.trace = text => {
  const isOurs = place => /\b(ext|node|internal|native):/.test(place) || place.includes(__dirname);
  return text.replace(/\x1b\[[\d;]*m/g, '').replace(/\n +at (.*?)( \{)?(?=\n|$)/g,
    (line, place, brace = '') => isOurs(place) ? brace : line);
};
