globalThis.count = (globalThis.count ?? 0) + 1;

module.exports = ({ res }) => {
  res.write(`${count} ${process.pid}`);
  res.end();
};
