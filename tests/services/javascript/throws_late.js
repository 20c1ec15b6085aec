// What was written before the error is sent, and then the answer is broken off.
function fail() {
  throw new TypeError('the reason');
}

module.exports = ({ res }) => {
  res.write('before\n');
  fail();
};
