import sys

hook.log("a", "log", 5)
print >>sys.stderr, "an error"
print "body"
