module.exports = ({res}) ->
  res.json
    a: [1, 1.5, yes, null]
    b: 'é "\n'
    c: {}
