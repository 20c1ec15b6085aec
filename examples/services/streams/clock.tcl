# stack ./clock.tcl
# curl 'http://127.0.0.1:3000/?count=3'

set count [hook param count 10]
if {![regexp {^(0|[1-9]\d{0,5})$} $count]} {
    hook status 400
    hook end "count is a number up to 999999"
}

for {set tick 0} {$tick < $count} {incr tick} {
    if {$tick > 0} {
        after 500
    }
    puts [clock format [clock seconds] -format %H:%M:%S]
}
