module.exports = (given) ->
  everywhere = [given, hook, Hook, service, given.req, hook.input]
  given.res.write "#{each.params.foo}\n" for each in everywhere
  given.res.end hook['params']['foo']
