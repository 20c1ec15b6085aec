const { setTimeout: sleep } = require('timers/promises');

module.exports = async ({ res }) => {
  res.write('begun\n');
  await sleep(60_000);
};
