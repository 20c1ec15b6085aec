-- stack ./clock.lua
-- curl 'http://127.0.0.1:3000/?count=3'

local count = tostring(hook.params.count or 10)

if not count:match("^%d+$") or #count > 6 then
  hook.res:status(400):finish("count is a number up to 999999")
end

for tick = 1, tonumber(count) do
  -- Lua has no sleep of its own.
  if tick > 1 then os.execute("sleep 0.5") end
  print(os.date("%H:%M:%S"))
end
