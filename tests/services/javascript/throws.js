// The third line throws.
function fail() {
  throw new TypeError('the reason');
}

module.exports = () => fail();
