BEGIN {
    print "begun"
    system("exec sleep 60")
}
