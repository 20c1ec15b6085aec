BEGIN {
    print "one"
    hook_end("two")
    print "three"
    exit 1
}
