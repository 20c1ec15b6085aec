# stack ./echo.coffee
# curl 'http://127.0.0.1:3000/?foo=bar'

module.exports = (hook) ->
  hook.res.write 'Hello, this is a CoffeeScript script.\n'
  hook.res.write 'hook.params is:\n'
  hook.res.end JSON.stringify hook.params
