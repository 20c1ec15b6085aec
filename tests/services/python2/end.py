print "one"
hook.res.end("two")
print "three"
raise RuntimeError("too late to matter")
