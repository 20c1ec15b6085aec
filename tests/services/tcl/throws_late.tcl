puts before
proc fail {} {error "the reason"}
fail
