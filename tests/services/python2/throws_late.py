# Raises after the answer has begun.
def fail(reason):
    raise RuntimeError(reason)

print "before"
fail("the reason")
