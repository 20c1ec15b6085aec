# The third line throws.
def fail():
    raise TypeError("the reason")


fail()
