// FOO=1 stack ./env.js
// curl http://127.0.0.1:3000/

module.exports = function (hook) {
  hook.res.end(hook.env.FOO ?? 'FOO is not set');
};
