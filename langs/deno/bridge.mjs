// Answers one request with one script in Deno or Bun: `deno run --preload bridge.mjs /path/to/script.js`.
//
// Descriptor 0 is the request body, 1 the response body, 2 the log; $STACK_CONTROL takes control messages and
// $STACK_REQUEST gives the request document. Both have all of node, and in both it is slow to load: its streams alone
// take longer than everything else. So what a request always needs is done in the runtime's own ways; the rest is in
// rare.cjs.

const isDeno = 'Deno' in globalThis;
const program = isDeno ? Deno : process; // each has exit() and exitCode
const runtime = isDeno ? inDeno() : inBun();
const document = runtime.readDocument(); // first, since Bun reads in a thread of its own
const builtin = name => process.getBuiltinModule(name);
const rare = () => builtin('module').createRequire(import.meta.url)('./rare.cjs');

// The runtimes

function inDeno() {
  const open = name => Deno.openSync(name, { append: true });
  return {
    script: Deno.mainModule,
    // Opened anew, it stays blocking when a child process makes the one that it shares non-blocking.
    output: open('/dev/fd/1'),
    control: open(Deno.env.get('STACK_CONTROL')),
    env: () => Deno.env.toObject(),
    inspect: Deno.inspect,
    setVariable: (name, value) => Deno.env.set(name, value),

    readDocument() {
      const name = Deno.env.get('STACK_REQUEST') ?? '/dev/fd/4';
      Deno.env.delete('STACK_REQUEST');
      return Deno.readTextFileSync(name);
    },

    write(file, bytes) {
      for (let offset = 0; offset < bytes.length;) offset += file.writeSync(bytes.subarray(offset));
    },

    // Listeners of the script's own, which are node's, come first; asking for them loads node.
    watch() {
      const stop = error => event => {
        if (process.listenerCount('uncaughtException') > 0) return;
        event.preventDefault();
        fail(error(event));
      };
      addEventListener('error', stop(event => event.error));
      addEventListener('unhandledrejection', stop(event => event.reason));
      addEventListener('beforeunload', settle, { once: true });
    },

    atExit: listener => addEventListener('unload', () => listener(Deno.exitCode)),

    // Every script is a module here, so that the names of the other kind have to be global.
    prepare() {
      const filename = decodeURIComponent(new URL(Deno.mainModule).pathname);
      const module = { id: '.', filename, exports: {} };
      const __dirname = filename.replace(/\/[^/]*$/, '');
      Object.assign(globalThis, { module, exports: module.exports, __filename: filename, __dirname });
      const makeRequire = () => Object.assign(builtin('module').createRequire(filename), { main: module });
      for (const place of [globalThis, module]) lazily(place, 'require', makeRequire);
      return module;
    },
  };
}

function inBun() {
  const PIPE_BUF = 4096;
  return {
    script: Bun.pathToFileURL(Bun.main).href,
    output: { file: Bun.file(1) },
    control: { file: Bun.file(Number(process.env.STACK_CONTROL.slice('/dev/fd/'.length))) },
    env: () => process.env,
    inspect: Bun.inspect,
    setVariable: (name, value) => process.env[name] = value,

    readDocument() {
      const name = process.env.STACK_REQUEST ?? '/dev/fd/4';
      delete process.env.STACK_REQUEST;
      return Bun.file(name).text();
    },

    // One system call for each part, made at once: of so much a pipe takes all or nothing. It takes nothing when it is
    // full and a child process made it non-blocking; then Bun waits, and so does all that is written next.
    write(output, bytes) {
      for (let offset = 0; offset < bytes.length; offset += PIPE_BUF) {
        const part = bytes.subarray(offset, offset + PIPE_BUF);
        if (output.late) {
          const copy = part.slice();
          output.late = output.late.then(() => Bun.write(output.file, copy));
        } else {
          const written = Bun.write(output.file, part);
          const status = Bun.peek.status(written);
          if (status === 'pending') output.late = written;
          if (status === 'rejected') {
            written.catch(() => {});
            throw Bun.peek(written);
          }
        }
      }
      return output.late;
    },

    watch() {
      const isOnlyOurs = event => process.listenerCount(event) === 1;
      process.on('uncaughtException', error => isOnlyOurs('uncaughtException') && fail(error));
      process.on('unhandledRejection', error => {
        if (isOnlyOurs('unhandledRejection')) throw error;
      });
      process.once('beforeExit', settle);
    },

    atExit: listener => process.once('exit', listener),
    prepare: () => ({}),
  };
}

// Descriptors

const encoder = new TextEncoder();
const NOTHING = new Uint8Array();
const sent = { body: false, anything: false, whole: false };

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

class Request {
  #stdin;

  constructor(fields, params) {
    Object.assign(this, fields, { params });
  }

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

Object.setPrototypeOf(Request.prototype, streamOnDemand('Readable'));

class Response {
  #headers = new Map();
  #statusCode = 200;
  #statusMessage = '';
  #ended = false;

  get headersSent() { return sent.body || this.#ended; }
  get writableEnded() { return this.#ended; }
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
    if (this.#ended) {
      console.error('res.write() after res.end() is ignored');
      return false;
    }
    if (this.#isForStreams(chunk, rest)) return super.write(chunk, ...rest);
    output(typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
    return true;
  }

  // Ends the request: the process exits once the callbacks and promises that are due have run.
  end(chunk, ...rest) {
    if (this.#ended) return this;
    const last = typeof chunk === 'string' ? chunk + '\n' : chunk ?? '';
    if (this.#isForStreams(last, rest)) {
      this.once('finish', exitSoon);
      super.end(last, ...rest);
      sent.whole = this.writableLength === 0 && !this.errored;
    } else {
      this.write(last);
      exitSoon();
      sent.whole = !output(NOTHING);
    }
    this.#ended = true;
    return this;
  }

  // Callbacks, other encodings and the complaints about what is no chunk are theirs too.
  #isForStreams(chunk, rest) {
    const isPlain = typeof chunk === 'string' || chunk instanceof Uint8Array;
    return !isPlain || rest.length > 0 || Object.hasOwn(this, '_writableState');
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

let hook;
let stage = 'loading';

// From here on everything is the script's.
function receive(document) {
  const { env, params, req, service } = JSON.parse(document || program.exit(1));
  for (const [name, value] of Object.entries(env)) runtime.setVariable(name, value);
  if (/^multipart\/form-data\b/i.test(req.headers['content-type'])) rare().adoptFiles(params);
  const request = new Request(req, params);
  hook = { params, env: runtime.env(), log, service, req: request, input: request, res: new Response() };
  globalThis.hook = globalThis.Hook = globalThis.service = hook;
  redirectConsole();
  runtime.watch();
}

async function run() {
  const module = runtime.prepare();
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

receive(await document);
run().catch(fail);
