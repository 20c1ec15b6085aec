module.exports = ({res}) ->
  global.counter = (global.counter ? 0) + 1
  res.write "#{global.counter} #{process.pid}"
  return
