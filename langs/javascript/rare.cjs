'use strict';
// What only some scripts need: modules, compiled languages, Deno and Bun. Kept apart, so that others do not pay for it.

const Module = require('module');
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');

module.exports = ({ file, source, compiled, isBun, receive, isReceived, control, lazily }) => {
  const place = pathToFileURL(file).href;

  // All modules of a graph are compiled before the first one runs, and the first one here receives.
  async function loadModule(isDeclared) {
    if (isBun) {
      receive();
      return import(place);
    }
    // Until a module runs, node only warns that a package.json would be better.
    const { emitWarning } = process;
    process.emitWarning = () => {};
    if (compiled || !(isDeclared || importsBySyntax())) giveToImport();
    globalThis[Symbol.for('stack.receive')] = () => {
      process.emitWarning = emitWarning;
      receive();
    };
    const receiver = JSON.stringify(inline("globalThis[Symbol.for('stack.receive')]()"));
    const graph = inline(`import ${receiver}; export * as user from ${JSON.stringify(place)}`);
    return (await import(graph).catch(letNodePrint)).user;
  }

  // Makes the text at hand what node imports from there. The older way, which starts a thread, is much slower.
  function giveToImport() {
    const module = { format: 'module', source, shortCircuit: true };
    if (Module.registerHooks) {
      Module.registerHooks({ load: (url, context, next) => url === place ? module : next(url, context) });
    } else {
      Module.register(inline(`export const load = (url, context, next) =>
        url === ${JSON.stringify(place)} ? ${JSON.stringify(module)} : next(url, context)`));
    }
  }

  // Node shows where a module's syntax is wrong only when it prints the error itself.
  function letNodePrint(error) {
    if (isReceived() || !String(error?.stack).startsWith('SyntaxError')) throw error;
    control('error', { error: String(error) });
    process.nextTick(() => { throw error; });
    return new Promise(() => {});
  }

  // Whether import() sees by itself that the file is a module: from 20.19 and 22.7 on node looks at the syntax.
  function importsBySyntax() {
    const [major, minor] = process.versions.node.split('.').map(Number);
    return file.endsWith('.js') && (major > 22 || (major === 22 && minor >= 7) || (major === 20 && minor >= 19));
  }

  // Errors have the places of what the user wrote, and files beside the script may be in its language.
  function prepareCompiled() {
    const hasMap = source.startsWith('\n//# sourceMappingURL=', source.lastIndexOf('\n//#'));
    if (hasMap) process.setSourceMapsEnabled(true);
    Module._extensions['.coffee'] = (module, name) => {
      process.setSourceMapsEnabled(true);
      module._compile(require('./compile.cjs').coffeeScript(name, fs.readFileSync(name, 'utf8')), name);
    };
  }

  // Deno takes every script for a module, so that the names of the other kind have to be global.
  async function loadInDeno() {
    const require = Module.createRequire(file);
    const module = require.main = { id: '.', filename: file, exports: {}, require };
    const names = { require, module, exports: module.exports, __filename: file, __dirname: path.dirname(file) };
    Object.assign(globalThis, names);
    receive();
    return (await import(place)).default ?? module.exports;
  }

  // The console of Deno and Bun writes to descriptor 1 by itself.
  function replaceConsole() {
    const { console } = globalThis;
    lazily(globalThis, 'console', () => {
      globalThis.console = console;
      return new (require('console').Console)(process.stderr);
    });
  }

  return { loadModule, prepareCompiled, loadInDeno, replaceConsole };
};

function inline(code) {
  return 'data:text/javascript,' + encodeURIComponent(code);
}
