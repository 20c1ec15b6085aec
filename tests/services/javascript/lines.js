const readline = require('readline');

module.exports = async ({ req, res }) => {
  for await (const line of readline.createInterface({ input: req })) res.write(`got ${line}\n`);
};
