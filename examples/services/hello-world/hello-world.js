// stack ./hello-world.js
// curl http://127.0.0.1:3000/

module.exports = function (hook) {
  hook.res.end('hello world');
};
