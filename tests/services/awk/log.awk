BEGIN {
    hook_log("a log " 5)
    print "an error" > "/dev/stderr"
    print "body"
}
