const { setTimeout: sleep } = require('timers/promises');

module.exports = async ({ res }) => {
  res.write('1\n');
  await sleep(500);
  res.write('2\n');
  await sleep(500);
  res.write('3\n');
};
