{ setTimeout: sleep } = require 'timers/promises'

module.exports = ({res}) ->
  res.write 'begun\n'
  await sleep 60000
