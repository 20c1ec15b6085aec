'use strict';
// Loads the modules of node's own that a script names, and others by name, while its request is still to come.

const { builtinModules, createRequire } = require('module');

const NAMES = /\b(?:require\s*\(|from|import)\s*(['"])(?:node:)?([\w/]+)\1/g;

module.exports = (source, script, [, scan, ...names]) => {
  const named = scan === 'scan' ? Array.from(source.matchAll(NAMES), match => match[2]) : [];
  for (const name of named) {
    if (builtinModules.includes(name)) require(name);
  }
  for (const name of names) {
    try {
      createRequire(script)(name);
    } catch (error) {
      console.error(`${name} cannot be loaded ahead: ${String(error?.message ?? error).split('\n')[0]}`);
    }
  }
};
