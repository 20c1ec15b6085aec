// Answers one request with one script in Deno or Bun: `deno run --preload bridge.mjs /path/to/script.js`. What differs
// between the two stands before this in the same file, and is from deno.mjs or bun.mjs: `program`, which has exit() and
// exitCode, and `runtime`.
//
// Descriptor 0 is the request body, 1 the response body, 2 the log; $STACK_CONTROL takes control messages and
// $STACK_REQUEST gives the request document. Both have all of node, and in both it is slow to load: its streams alone
// take longer than everything else. So what a request always needs is done in the runtime's own ways; the rest is in
// rare.cjs. Nothing that can be done without the document waits for it: Bun reads it meanwhile, and a process that was
// started before its request has none yet.

const builtin = name => process.getBuiltinModule(name);
const rare = () => builtin('module').createRequire(import.meta.url)('./rare.cjs');

// Descriptors

const encoder = new TextEncoder();
const NOTHING = new Uint8Array();
const sent = { body: false, anything: false, whole: false, ended: false };

function control(type, payload = {}) {
  if (type !== 'log') sent.anything = true;
  try {
    runtime.write(runtime.control, encoder.encode(JSON.stringify({ type, payload }) + '\n'));
  } catch {
    // Nobody reads control messages any more.
  }
}

// Returns a promise where the bytes, or some before them, could not leave at once.
function output(bytes) {
  if (bytes.length > 0) sent.anything = sent.body = true;
  try {
    return runtime.write(runtime.output, bytes);
  } catch (error) {
    // Without a reader another program would end by SIGPIPE.
    if (error.code === 'EPIPE') program.exit();
    throw error;
  }
}

// What the script is given

// A prototype for objects that become a stream of node's when something is asked of them that only those have.
function streamOnDemand(kind) {
  return new Proxy(Object.prototype, {
    get(plain, name, object) {
      const isOfStreams = typeof name === 'string' ? name !== 'then' : name === Symbol.asyncIterator;
      if (!isOfStreams || name in plain) return plain[name];
      return Reflect.get(rare().becomeStream(object, kind).prototype, name, object);
    },
  });
}

// One process has one request and one answer, so that what they keep to themselves is not in the objects: private
// fields take longer to make.
let stdin;
const head = { code: 200, message: '', fields: new Map() };

class Request {
  _read() {
    if (!stdin) {
      stdin = process.stdin;
      stdin.on('data', chunk => this.push(chunk) || stdin.pause());
      stdin.on('end', () => this.push(null));
      stdin.on('error', error => this.destroy(error));
    }
    stdin.resume();
  }
}

Object.setPrototypeOf(Request.prototype, streamOnDemand('Readable'));

class Response {
  get headersSent() { return sent.body || sent.ended; }
  get writableEnded() { return sent.ended; }
  get statusCode() { return head.code; }
  set statusCode(value) { control('statusCode', { value: head.code = value }); }
  get statusMessage() { return head.message; }
  set statusMessage(value) { control('statusMessage', { value: head.message = value }); }

  getHeader(name) { return head.fields.get(name.toLowerCase()); }
  hasHeader(name) { return head.fields.has(name.toLowerCase()); }

  status(code) {
    this.statusCode = code;
    return this;
  }

  setHeader(name, value) {
    if (Array.isArray(value)) return this.removeHeader(name).appendHeader(name, value);
    head.fields.set(name.toLowerCase(), value);
    control('setHeader', { name, value: String(value) });
    return this;
  }

  appendHeader(name, value) {
    const values = [value].flat();
    head.fields.set(name.toLowerCase(), [this.getHeader(name) ?? [], values].flat());
    for (const each of values) control('appendHeader', { name, value: String(each) });
    return this;
  }

  removeHeader(name) {
    head.fields.delete(name.toLowerCase());
    control('removeHeader', { name });
    return this;
  }

  writeHead(code, message, headers) {
    if (typeof message === 'object') [message, headers] = [undefined, message];
    for (const [name, value] of Object.entries(headers ?? {})) this.setHeader(name, value);
    head.code = code;
    head.message = message ?? head.message;
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
    if (sent.ended) {
      console.error('res.write() after res.end() is ignored');
      return false;
    }
    if (isForStreams(this, chunk, rest)) return super.write(chunk, ...rest);
    output(typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
    return true;
  }

  // Ends the request: the process exits once the callbacks and promises that are due have run.
  end(chunk, ...rest) {
    if (sent.ended) return this;
    const last = typeof chunk === 'string' ? chunk + '\n' : chunk ?? '';
    if (isForStreams(this, last, rest)) {
      this.once('finish', exitSoon);
      super.end(last, ...rest);
      sent.whole = this.writableLength === 0 && !this.errored;
    } else {
      this.write(last);
      exitSoon();
      sent.whole = !output(NOTHING);
    }
    sent.ended = true;
    return this;
  }

  _write(bytes, encoding, callback) {
    const late = output(bytes);
    if (late) late.then(() => callback(), callback);
    else callback();
  }

  // An answer that is given up, by a failed pipeline for instance, must not look complete.
  _destroy(error, callback) {
    if (!this.writableFinished) program.exitCode ||= 1;
    callback(error);
  }
}

Object.setPrototypeOf(Response.prototype, streamOnDemand('Writable'));

// Callbacks, other encodings and the complaints about what is no chunk are theirs too.
function isForStreams(response, chunk, rest) {
  const isPlain = typeof chunk === 'string' || chunk instanceof Uint8Array;
  return !isPlain || rest.length > 0 || Object.hasOwn(response, '_writableState');
}

function log(...values) {
  const isPlain = values.every(value => typeof value === 'string' && !value.includes('%'));
  control('log', { text: isPlain ? values.join(' ') : rare().format(...values) });
}

// Every method of the console that would print to standard output prints to the log.
function redirectConsole() {
  console.log = console.info = console.debug = console.error;
  const others = ['count', 'dir', 'dirxml', 'group', 'groupCollapsed', 'table', 'time', 'timeEnd', 'timeLog'];
  for (const name of others) console[name] = (...values) => rare().replaceConsole()[name](...values);
}

function lazily(object, name, make) {
  const property = { configurable: true, enumerable: true };
  const define = value => Object.defineProperty(object, name, { ...property, writable: true, value });
  Object.defineProperty(object, name, { ...property, get: () => define(make())[name], set: define });
}

// From the start to the end

const hook = { log, res: new Response() };
let stage = 'loading';

function prepare() {
  globalThis.hook = globalThis.Hook = globalThis.service = hook;
  redirectConsole();
  runtime.watch();
}

// From here on everything is the script's.
function receive(document) {
  const { env, params, req, service } = JSON.parse(document || program.exit(1));
  const type = req.headers['content-type'];
  runtime.setVariables(env);
  if (type && /^multipart\/form-data\b/i.test(type)) rare().adoptFiles(params);
  const request = Object.assign(new Request(), req, { params });
  Object.assign(hook, { params, env: runtime.env(), service, req: request, input: request });
}

async function run() {
  const module = runtime.makeModule();
  const exported = (await import(runtime.script)).default ?? module.exports;
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

// Text and bytes that the handler returns are the rest of its answer; plain data are a whole one.
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
  const name = decodeURIComponent(runtime.script.replace(/.*\//, ''));
  if (stage === 'loading' || stage === 'handling') giveUp(`${name} waits for a promise that nothing settles`);
  if (stage === 'no handler' && !sent.anything && !program.exitCode && rare().looksSilent(runtime.script)) {
    giveUp(`${name} exports no function and wrote nothing: say export default function (hook) { … }, `
      + 'or write to process.stdout; console.log goes to the log');
  }
  sayEnd();
}

function exitSoon() {
  setTimeout(async () => {
    await output(NOTHING);
    sayEnd();
    program.exit();
  });
}

// The answer is complete, once the script's own exit listeners have had their turn.
function sayEnd() {
  runtime.atExit(code => !code && control('end'));
}

function fail(error) {
  const text = error instanceof Error ? String(error) : runtime.inspect(error);
  giveUp(text.split('\n')[0].replace(/^BuildMessage/, 'SyntaxError'), rare().trace(runtime.inspect(error)));
}

function giveUp(reason, details = reason) {
  // What goes wrong behind a complete answer is for the log.
  if (sent.whole) control('end');
  else if (!sent.body) control('error', { error: reason });
  console.error(details);
  program.exit(1);
}

prepare();
receive(await runtime.readDocument());
run().catch(fail);
