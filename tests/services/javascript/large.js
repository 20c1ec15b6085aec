const block = '0123456789abcde\n'.repeat(4096);

module.exports = ({ res }) => {
  for (let count = 0; count < 1600; count++) res.write(block);
};
