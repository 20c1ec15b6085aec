module.exports = ->
