import time

print("one")
hook.res.end("two")
time.sleep(60)
print("three")
raise RuntimeError("it goes on behind its end")
