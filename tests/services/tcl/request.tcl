set request [dict get $hook req]
foreach name {method url path query {headers x-a} host httpVersion {connection remoteAddress} id deadline} {
    puts [dict get $request {*}$name]
}
puts [dict get $request params a]
