foreach count {1 2 3} {
    if {$count > 1} {
        after 500
    }
    puts $count
}
