print("one")
hook.res:finish("two")
print("three")
error("it goes on behind its end")
