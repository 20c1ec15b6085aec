set file [dict get $hook params f]
foreach name {filename type size} {
    puts [dict get $file $name]
}
fconfigure stdout -translation binary
set channel [open [dict get $hook files f] rb]
fcopy $channel stdout
