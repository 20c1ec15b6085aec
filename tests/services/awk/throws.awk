# Awk has no errors of a program's own: it says why, and exits.
function fail() {
    print "the reason" > "/dev/stderr"
    exit 1
}

BEGIN { fail() }
