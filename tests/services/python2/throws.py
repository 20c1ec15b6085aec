# Raises before any output.
def fail(reason):
    raise RuntimeError(reason)

fail("the reason")
