'use strict';
// What only some scripts need: modules and compiled languages. Kept apart, so that others do not pay for it.

const Module = require('module');
const fs = require('fs');
const { pathToFileURL } = require('url');

module.exports = ({ file, source, compiled, receive, isReceived, control }) => {
  const place = pathToFileURL(file).href;

  // All modules of a graph are compiled before the first one runs, and the first one here receives.
  async function loadModule(isDeclared) {
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

  return { loadModule, prepareCompiled };
};

function inline(code) {
  return 'data:text/javascript,' + encodeURIComponent(code);
}
