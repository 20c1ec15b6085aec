# stack ./clock.coffee
# curl 'http://127.0.0.1:3000/?count=3&interval=500'

{ setTimeout: sleep } = require 'timers/promises'

module.exports = ({params, res}) ->
  count = Number params.count ? 10
  interval = Number params.interval ? 1000
  for tick in [0...count]
    await sleep interval if tick > 0
    res.write "#{new Date().toISOString()}\n"
  return
