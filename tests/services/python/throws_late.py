# What was written before the error is sent, and then the answer is broken off.
def fail():
    raise TypeError("the reason")


print("before")
fail()
