set block [string repeat 0123456789abcde\n 4096]
for {set count 0} {$count < 1600} {incr count} {
    puts -nonewline $block
}
