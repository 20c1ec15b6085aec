// What the bridge needs of Deno.

const program = Deno;
const open = name => Deno.openSync(name, { append: true });

const runtime = {
  script: Deno.mainModule,
  // Opened anew, it stays blocking when a child process makes the one that it shares non-blocking.
  output: open('/dev/fd/1'),
  control: open(Deno.env.get('STACK_CONTROL')),
  env: () => Deno.env.toObject(),
  inspect: Deno.inspect,

  readDocument() {
    const name = Deno.env.get('STACK_REQUEST') ?? '/dev/fd/4';
    Deno.env.delete('STACK_REQUEST');
    return Deno.readTextFileSync(name);
  },

  setVariables(variables) {
    for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
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
  makeModule() {
    const filename = decodeURIComponent(new URL(Deno.mainModule).pathname);
    const module = { id: '.', filename, exports: {} };
    const __dirname = filename.replace(/\/[^/]*$/, '');
    Object.assign(globalThis, { module, exports: module.exports, __filename: filename, __dirname });
    const makeRequire = () => Object.assign(builtin('module').createRequire(filename), { main: module });
    for (const place of [globalThis, module]) lazily(place, 'require', makeRequire);
    return module;
  },
};

