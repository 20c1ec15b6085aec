{ setTimeout: sleep } = require 'timers/promises'

module.exports = ({res}) ->
  for second in [1..3]
    await sleep 500 if second > 1
    res.write "#{second}\n"
  return
