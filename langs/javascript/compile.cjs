'use strict';
// Makes JavaScript of TypeScript and CoffeeScript:
// `node compile.cjs typescript|coffee-script SOURCE OUTPUT DEPENDENCIES`.
//
// Where the lines of the output are not those of the source, a map of them stands at its end. The dependencies are
// one rule of a makefile: every other file that the output was made of, the compiler too. What esbuild writes stands
// in the working directory. The exit status is 1 when the source does not compile, and 127 when there is no compiler.

const { spawnSync } = require('child_process');
const fs = require('fs');
const Module = require('module');
const path = require('path');

const advice = {
  typescript: 'TypeScript needs node 22.18 or newer, or esbuild: npm install esbuild',
  enums: 'enums, namespaces and parameter properties need esbuild: npm install esbuild',
  coffee: 'CoffeeScript needs its compiler: apt-get install coffeescript, or npm install coffeescript',
};

// The compiler's own words about the source, or ours where there is no compiler.
class Failure extends Error {
  constructor(words, status = 1) {
    super(words);
    this.status = status;
  }
}

// Every file beside the source that had a part in the output.
const inputs = new Set();

// TypeScript

// Node blanks out the types, so that every line and column stays. It could do that at each start by itself, which
// would more than double the time of the start.
function typescript(file, text) {
  if (!process.features.typescript || !Module.stripTypeScriptTypes) {
    return bundle(file, text) ?? fail(advice.typescript, 127);
  }
  // Some versions warn that this is an experiment.
  process.removeAllListeners('warning');
  try {
    return markModule(file, Module.stripTypeScriptTypes(text));
  } catch (error) {
    if (error.code !== 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') return fail(wordsOf(file, error));
    return bundle(file, text) ?? transform(file, text) ?? fail(`${wordsOf(file, error)}\n\n${advice.enums}`);
  }
}

// What is more than types to be left out. Node 26 can no longer do it.
function transform(file, text) {
  try {
    return markModule(file, Module.stripTypeScriptTypes(text, { mode: 'transform', sourceMap: true, sourceUrl: file }));
  } catch {
    return undefined;
  }
}

// Node's picture of the place begins with the line alone, and its trace shows nothing but this program.
function wordsOf(file, error) {
  const picture = error.stack.replace(/\n    at [^]*/, '');
  return picture.startsWith(':') ? file + picture : `${file}: ${error.message}`;
}

// What runs the output knows a module by its syntax; a name or a package.json can say it as well.
function markModule(file, text) {
  const isModule = file.endsWith('.mts') || (!file.endsWith('.cts') && packageType(path.dirname(file)) === 'module');
  return isModule ? `${text}\nexport {};\n` : text;
}

function packageType(folder) {
  const description = above(folder, 'package.json');
  if (description === undefined) return undefined;
  inputs.add(description);
  return JSON.parse(fs.readFileSync(description, 'utf8')).type;
}

// esbuild's output holds the files that the source imports by their paths, since an older node reads no TypeScript.
function bundle(file, text) {
  const folder = path.dirname(file);
  const esbuild = above(folder, 'node_modules/.bin/esbuild') ?? onPath('esbuild');
  if (esbuild === undefined) return undefined;
  inputs.add(fs.realpathSync(esbuild));
  const configuration = above(folder, 'tsconfig.json');
  if (configuration !== undefined) inputs.add(configuration);

  // A module starts more slowly than what `require` takes, so that only what needs to be one is made one.
  const isModule = file.endsWith('.mts') || /\bimport\.meta\b/.test(text);
  const script = isModule ? undefined : runEsbuild(esbuild, file, text, 'cjs');
  if (script?.text !== undefined && !requiresModules(script.imports)) return script.text;
  if (script?.text === undefined && script?.words.includes('Top-level await') === false) return fail(script.words);
  const module = runEsbuild(esbuild, file, text, 'esm');
  return module.text ?? fail(module.words);
}

// Before 20.19 and 22.12 `require` took no package that is a module.
function requiresModules(imports) {
  const packages = imports.filter(({ external, path: name }) => external && !Module.isBuiltin(name));
  return !process.features.require_module && packages.some(({ kind }) => kind === 'import-statement');
}

function runEsbuild(esbuild, file, text, format) {
  const [output, metafile] = [path.resolve('bundle.js'), path.resolve('bundle.json')];
  const folder = path.dirname(file);
  const run = spawnSync(esbuild, [
    '--bundle', '--platform=node', '--packages=external', `--target=node${process.versions.node}`,
    `--format=${format}`, '--loader=ts', `--sourcefile=${file}`, '--sourcemap=external', '--sources-content=false',
    `--outfile=${output}`, `--metafile=${metafile}`, '--log-level=warning', '--color=false',
  ], { cwd: folder, input: text, encoding: 'utf8' });
  if (run.error) throw run.error;
  if (run.status !== 0) return { words: run.stderr };
  process.stderr.write(run.stderr);

  const made = Object.entries(JSON.parse(fs.readFileSync(metafile, 'utf8')).inputs);
  for (const [name] of made) inputs.add(path.resolve(folder, name));
  const map = JSON.parse(fs.readFileSync(`${output}.map`, 'utf8'));
  map.sources = map.sources.map(source => path.resolve(path.dirname(output), source));
  const isolated = format === 'esm' ? 'export {};\n' : '';
  return {
    text: withMap(fs.readFileSync(output, 'utf8') + isolated, map),
    imports: made.flatMap(([, { imports }]) => imports),
  };
}

// CoffeeScript

function coffeeScript(file, text) {
  const folder = path.dirname(file);
  const command = onPath('coffee');
  const compiler = above(folder, 'node_modules/coffeescript') ?? above(folder, 'node_modules/coffee-script')
    ?? (command && path.join(fs.realpathSync(command), '../..')) ?? fail(advice.coffee, 127);
  const description = path.join(compiler, 'package.json');
  if (fs.existsSync(description)) inputs.add(description);
  try {
    const { js, v3SourceMap } = require(compiler).compile(text, { filename: file, sourceMap: true });
    return withMap(js, { ...JSON.parse(v3SourceMap), sources: [file], sourcesContent: undefined });
  } catch (error) {
    // With a location it is about the source, and its text is a picture of the place.
    return fail(error.location ? String(error) : error.stack);
  }
}

// Both

function withMap(text, map) {
  const encoded = Buffer.from(JSON.stringify(map)).toString('base64');
  return `${text}\n//# sourceMappingURL=data:application/json;base64,${encoded}\n`;
}

// The nearest file of that name, in the folder or in one above it.
function above(folder, name) {
  const place = path.join(folder, name);
  if (fs.existsSync(place)) return place;
  return folder === '/' ? undefined : above(path.dirname(folder), name);
}

function onPath(name) {
  const places = (process.env.PATH ?? '').split(':').filter(path.isAbsolute).map(folder => path.join(folder, name));
  return places.find(place => {
    try {
      fs.accessSync(place, fs.constants.X_OK);
      return fs.statSync(place).isFile();
    } catch {
      return false;
    }
  });
}

function fail(words, status) {
  throw new Failure(words, status);
}

function rule(output, source) {
  const names = [...inputs].filter(name => name !== source);
  const escaped = names.map(name => name.replace(/[ #\t]/g, '\\$&').replaceAll('$', '$$$$'));
  return `${path.basename(output)}: ${escaped.join(' ')}\n`;
}

function main(language, source, output, dependencies) {
  const compile = { typescript, 'coffee-script': coffeeScript }[language];
  try {
    const text = compile(source, fs.readFileSync(source, 'utf8').replace(/^\uFEFF/, ''));
    fs.writeFileSync(output, text);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`${error.message.trimEnd()}\n`);
    process.exitCode = error.status;
  } finally {
    fs.writeFileSync(dependencies, rule(output, source));
  }
}

module.exports = { coffeeScript };
if (require.main === module) main(...process.argv.slice(2));
