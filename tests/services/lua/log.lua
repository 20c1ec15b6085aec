hook.log("a", "log", 5)
io.stderr:write("an error\n")
print("body")
