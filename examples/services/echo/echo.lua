-- stack ./echo.lua
-- curl 'http://127.0.0.1:3000/?foo=bar'

print("Hello, this is a Lua script.")
print("Hook.params is:")
for name, value in pairs(Hook.params) do
  print(name .. " = " .. tostring(value))
end
