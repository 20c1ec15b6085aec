puts [dict get $hook params a b]
foreach value [dict get $hook params l] {
    puts $value
}
