local file = hook.params.f
print(file.filename)
print(file.type)
print(file.size)
local content = assert(io.open(file.path, "rb"))
io.write(content:read("*a"))
content:close()
