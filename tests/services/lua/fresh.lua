counter = (counter or 0) + 1
local status = assert(io.open("/proc/self/stat", "r"))
io.write(counter, " ", status:read("*n"))
status:close()
