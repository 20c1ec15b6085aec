module.exports = ({ log, res }) => {
  log('a', 'log', 5);
  console.error('an error');
  res.end('body');
};
