// Turns text to upper case, each line as it arrives.
//
// echo hi | stack pipe ./transform.js

const { createInterface } = require('readline');

module.exports = async function ({ req, res }) {
  for await (const line of createInterface({ input: req })) {
    res.write(`${line.toUpperCase()}\n`);
  }
};
