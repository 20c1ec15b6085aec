-- The third line is no Lua.
local greeting = "hello"
print greeting
