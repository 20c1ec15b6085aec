# An error that nobody catches.
proc fail {} {error "the reason"}
fail
