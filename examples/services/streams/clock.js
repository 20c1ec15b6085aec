// stack ./clock.js
// curl 'http://127.0.0.1:3000/?count=3&interval=500'

const { setTimeout: sleep } = require('timers/promises');

module.exports = async function ({ params, res }) {
  const count = Number(params.count ?? 10);
  const interval = Number(params.interval ?? 1000);
  for (let tick = 0; tick < count; tick++) {
    if (tick > 0) await sleep(interval);
    res.write(`${new Date().toISOString()}\n`);
  }
};
