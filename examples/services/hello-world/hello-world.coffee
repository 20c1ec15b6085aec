# stack ./hello-world.coffee
# curl http://127.0.0.1:3000/

module.exports = ({res}) ->
  res.end 'hello world'
