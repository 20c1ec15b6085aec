# stack ./status.tcl
# curl -i 'http://127.0.0.1:3000/?code=418'

hook status [hook param code 404]
hook header X-Service status
puts "as you asked"
