'use strict';
// Answers one request with one script: `node bridge.js /path/to/script.js`.
//
// Descriptor 0 is the request body, 1 the response body, 2 the log; $STACK_CONTROL takes control messages
// and $STACK_REQUEST gives the request document. The script is compiled before the document is opened, so
// that a process can be started ahead of its request and wait there. Where a script of another language was made
// JavaScript, $STACK_COMPILED is that text, and runs as if it stood in the script's own file.

const fs = require('fs');
const Module = require('module');
const path = require('path');
const { Readable, Writable } = require('stream');

process.argv.splice(1, 1);
const file = fs.realpathSync.native(process.argv[1]);
const compiled = process.env.STACK_COMPILED;
delete process.env.STACK_COMPILED;
const source = fs.readFileSync(compiled ?? file, 'utf8').replace(/^#!.*/, '');

// Descriptors

const controlDescriptor = openControl(process.env.STACK_CONTROL);
const sent = { body: false, anything: false, whole: false };

function openControl(name) {
  if (name === undefined) return undefined;
  const inherited = /^\/dev\/fd\/(\d+)$/.exec(name);
  return inherited ? Number(inherited[1]) : fs.openSync(name, 'a');
}

// Synchronous: what is written leaves at once, and no exit loses it.
function writeAll(descriptor, bytes) {
  for (let offset = 0; offset < bytes.length;) {
    try {
      offset += fs.writeSync(descriptor, bytes, offset);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      // A child process made the pipe that it shares non-blocking; a short sleep spares the CPU.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}

function control(type, payload = {}) {
  if (type !== 'log') sent.anything = true;
  try {
    const message = JSON.stringify({ type, payload }) + '\n';
    if (controlDescriptor !== undefined) writeAll(controlDescriptor, Buffer.from(message));
  } catch {
    // Nobody reads control messages any more.
  }
}

// A descriptor as a stream: process.stdout, process.stderr, and the base of the response.
class Output extends Writable {
  constructor(descriptor) {
    super({ highWaterMark: 65536 });
    this.fd = descriptor;
  }

  _write(bytes, encoding, callback) {
    if (this.fd === 1) sent.anything = true;
    if (this.fd === 1 && bytes.length > 0) sent.body = true;
    try {
      writeAll(this.fd, bytes);
    } catch (error) {
      // Without a reader another program would end by SIGPIPE; a lost log is no reason to end.
      if (this.fd === 1 && error.code === 'EPIPE') process.exit();
      if (this.fd === 1) return callback(error);
    }
    callback();
  }
}

// What the script is given

class Request extends Readable {
  #stdin;

  constructor(fields, params) {
    super({ highWaterMark: 65536 });
    Object.assign(this, fields, { params });
  }

  // The first read opens standard input, which costs a millisecond that many scripts need not pay.
  _read() {
    if (!this.#stdin) {
      this.#stdin = process.stdin;
      this.#stdin.on('data', chunk => this.push(chunk) || this.#stdin.pause());
      this.#stdin.on('end', () => this.push(null));
      this.#stdin.on('error', error => this.destroy(error));
    }
    this.#stdin.resume();
  }
}

class Response extends Output {
  #headers = new Map();
  #statusCode = 200;
  #statusMessage = '';

  get headersSent() { return sent.body || this.writableEnded; }
  get statusCode() { return this.#statusCode; }
  set statusCode(value) { control('statusCode', { value: this.#statusCode = value }); }
  get statusMessage() { return this.#statusMessage; }
  set statusMessage(value) { control('statusMessage', { value: this.#statusMessage = value }); }

  getHeader(name) { return this.#headers.get(name.toLowerCase()); }
  hasHeader(name) { return this.#headers.has(name.toLowerCase()); }

  status(code) {
    this.statusCode = code;
    return this;
  }

  setHeader(name, value) {
    if (Array.isArray(value)) return this.removeHeader(name).appendHeader(name, value);
    this.#headers.set(name.toLowerCase(), value);
    control('setHeader', { name, value: String(value) });
    return this;
  }

  appendHeader(name, value) {
    const values = [value].flat();
    this.#headers.set(name.toLowerCase(), [this.getHeader(name) ?? [], values].flat());
    for (const each of values) control('appendHeader', { name, value: String(each) });
    return this;
  }

  removeHeader(name) {
    this.#headers.delete(name.toLowerCase());
    control('removeHeader', { name });
    return this;
  }

  writeHead(code, message, headers) {
    if (typeof message === 'object') [message, headers] = [undefined, message];
    for (const [name, value] of Object.entries(headers ?? {})) this.setHeader(name, value);
    this.#statusCode = code;
    this.#statusMessage = message ?? this.#statusMessage;
    control('writeHead', { code, message, headers: {} });
    return this;
  }

  addTrailers(trailers) {
    control('addTrailers', { trailers });
    return this;
  }

  writeContinue() { control('writeContinue'); }

  // The head leaves with the first byte; this is here for programs that were written for node's own server.
  flushHeaders() {}

  json(value) {
    if (!this.hasHeader('Content-Type')) this.setHeader('Content-Type', 'application/json');
    return this.end(JSON.stringify(value, null, 2) ?? 'null');
  }

  write(chunk, ...rest) {
    if (!this.writableEnded) return super.write(chunk, ...rest);
    console.error('res.write() after res.end() is ignored');
    return false;
  }

  // Ends the request: the process exits once the callbacks and promises that are due have run.
  end(chunk, ...rest) {
    if (this.writableEnded) return this;
    this.once('finish', () => setImmediate(() => {
      sayEnd();
      process.exit();
    }));
    super.end(typeof chunk === 'string' ? chunk + '\n' : chunk, ...rest);
    sent.whole = this.writableLength === 0 && !this.errored;
    return this;
  }

  // An answer that is given up, by a failed pipeline for instance, must not look complete.
  _destroy(error, callback) {
    if (!this.writableFinished) process.exitCode ||= 1;
    callback(error);
  }
}

// An uploaded file among the parameters: its fields are data, its methods read it.
class UploadedFile {
  stream() { return fs.createReadStream(this.path); }
  pipe(destination, options) { return this.stream().pipe(destination, options); }
}

// Only a multipart body brings files, and its other fields are text: a number tells a file from them. A JSON
// body that imitates one stays plain data; else it could name any file of this machine.
function adoptFiles(value) {
  if (typeof value !== 'object' || value === null) return;
  if (typeof value.size === 'number') Object.setPrototypeOf(value, UploadedFile.prototype);
  else Object.values(value).forEach(adoptFiles);
}

function log(...values) {
  if (controlDescriptor !== undefined) control('log', { text: require('util').format(...values) });
  else console.error(...values);
}

// Loading

let hook;

// Waits for the request; from here on everything is the script's.
function receive() {
  const { env, params, req, service } = JSON.parse(readDocument() || process.exit(1));
  for (const [name, value] of Object.entries(env)) process.env[name] = value;
  if (/^multipart\/form-data\b/i.test(req.headers['content-type'])) adoptFiles(params);

  hook = { params, env: process.env, log, service };
  lazily(hook, 'res', () => new Response(1));
  lazily(hook, 'req', () => new Request(req, params));
  lazily(hook, 'input', () => hook.req);
  globalThis.hook = globalThis.Hook = globalThis.service = hook;
  process.on('uncaughtException', error => process.listenerCount('uncaughtException') === 1 && fail(error));
}

// Empty when there will be no request.
function readDocument() {
  const name = process.env.STACK_REQUEST ?? '/dev/fd/4';
  delete process.env.STACK_REQUEST;
  const text = fs.readFileSync(name, 'utf8');
  const inherited = /^\/dev\/fd\/(\d+)$/.exec(name);
  if (inherited) fs.closeSync(Number(inherited[1]));
  return text;
}

function lazily(object, name, make) {
  const property = { configurable: true, enumerable: true };
  const define = value => Object.defineProperty(object, name, { ...property, writable: true, value });
  Object.defineProperty(object, name, { ...property, get: () => define(make())[name], set: define });
}

function load() {
  // A process that waits for its request has the time.
  if (process.env.STACK_AHEAD) require('./ahead.cjs')(source, process.argv[1], process.env.STACK_AHEAD.split(' '));
  delete process.env.STACK_AHEAD;
  if (compiled) rare().prepareCompiled();
  const isModule = compiled ? looksLikeModule() : declaredModule() || looksLikeModule();
  return isModule ? rare().loadModule(declaredModule()) : loadCommonJs();
}

// What most scripts do without.
function rare() {
  const isReceived = () => hook !== undefined;
  return require('./rare.cjs')({ file, source, compiled, receive, isReceived, control });
}

// Node reads `exports` after it has compiled a module and before it runs it. A version that did otherwise
// would only open the document earlier.
function loadCommonJs() {
  const main = new Module(file);
  main.id = '.';
  main.filename = file;
  main.paths = Module._nodeModulePaths(path.dirname(file));
  lazily(main, 'exports', () => receive() ?? {});
  process.mainModule = Module._cache[file] = main;
  main._compile(source, file, 'commonjs');
  main.loaded = true;
  return main.exports;
}

function declaredModule() {
  return file.endsWith('.mjs') || (file.endsWith('.js') && packageType(path.dirname(file)) === 'module');
}

function looksLikeModule() {
  if (/\.c[jt]s$/.test(file) || !/\b(import|export|await)\b/.test(source)) return false;
  try {
    require('vm').compileFunction(source, ['exports', 'require', 'module', '__filename', '__dirname']);
    return false;
  } catch {
    return true;
  }
}

function packageType(folder) {
  const description = path.join(folder, 'package.json');
  if (fs.existsSync(description)) return require(description).type;
  return folder === '/' ? undefined : packageType(path.dirname(folder));
}

// From the start to the end

let stage = 'loading';

async function run() {
  const exported = await load();
  const handler = typeof exported === 'function' ? exported : exported?.default;
  if (typeof handler !== 'function') {
    stage = 'no handler';
    return;
  }
  stage = 'handling';
  const next = error => error && fail(error);
  const value = await (handler.length < 2 ? handler(hook) : handler(hook.req, hook.res, next));
  stage = 'handled';
  answer(value);
}

// Text and bytes that the handler returns are the rest of its answer; plain data are a whole one, since behind other
// output they would only be what the last loop of a function in CoffeeScript returns.
function answer(value) {
  const { res } = hook;
  if (value === undefined || value === null || res.writableEnded) return;
  if (typeof value === 'string' || value instanceof Uint8Array) {
    res.write(value);
    res.end();
  } else if (!sent.body && [null, Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value))) {
    res.json(value);
  }
}

// Nothing is left to wait for.
function settle() {
  const name = path.basename(file);
  if (stage === 'loading' || stage === 'handling') giveUp(`${name} waits for a promise that nothing settles`);
  // What a child process or fs.writeSync(1) wrote passes unseen, so a script that mentions them is believed.
  const silent = !sent.anything && !/child_process|writeSync|createWriteStream|\/dev\/(stdout|fd)/.test(source);
  if (stage === 'no handler' && silent && !process.exitCode) {
    giveUp(`${name} exports no function and wrote nothing: say module.exports = function (hook) { … }, `
      + 'or write to process.stdout; console.log goes to the log');
  }
  sayEnd();
}

// The answer is complete, once the script's own exit listeners have had their turn.
function sayEnd() {
  process.once('exit', code => code === 0 && control('end'));
}

function fail(error) {
  const text = error instanceof Error ? String(error) : require('util').inspect(error);
  giveUp(text.split('\n')[0], trace(error));
}

function giveUp(reason, details = reason) {
  // What goes wrong behind a complete answer is for the log.
  if (sent.whole) control('end');
  else if (!sent.body) control('error', { error: reason });
  process.stderr.write(details + '\n');
  process.exit(1);
}

// What node would print, without the lines of the bridge and of the runtime's loader.
function trace(error) {
  const ours = /node:internal\/(modules|main)\/|node:module:|_compile \(unknown\)/;
  return require('util').inspect(error).replace(/\n +at (.*?)( \{)?(?=\n|$)/g,
    (line, place, brace = '') => ours.test(place) || place.includes(__dirname) ? brace : line);
}

lazily(process, 'stdout', () => new Output(1));
lazily(process, 'stderr', () => new Output(2));
// Every method of the console that would print to standard output prints to the log.
lazily(console, '_stdout', () => process.stderr);
process.once('beforeExit', settle);

run().catch(fail);
