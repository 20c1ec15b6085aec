'use strict';
// Loads the modules of node's own that a script names, while its request is still to come.

const { builtinModules } = require('module');

const NAMES = /\b(?:require\s*\(|from|import)\s*(['"])(?:node:)?([\w/]+)\1/g;

module.exports = source => {
  for (const [, , name] of source.matchAll(NAMES)) {
    if (builtinModules.includes(name)) require(name);
  }
};
