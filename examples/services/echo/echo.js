// stack ./echo.js
// curl 'http://127.0.0.1:3000/?foo=bar'

module.exports = function (hook) {
  hook.res.write('Hello, this is a JavaScript script.\n');
  hook.res.write('hook.params is:\n');
  hook.res.end(JSON.stringify(hook.params));
};
