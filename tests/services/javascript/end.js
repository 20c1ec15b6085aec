module.exports = async ({ res }) => {
  res.write('one\n');
  res.end('two');
  await new Promise(resolve => setTimeout(resolve, 60_000));
  res.write('three');
  throw new Error('it goes on behind its end');
};
