-- A service in Lua: stack runs it once for each request.

-- Parameters come from the query, a form or JSON: /?name=Ada
local name = hook.params.name or "world"

-- Status and headers come before the first output.
hook.res:status(200)
hook.res:set_header("Content-Type", "text/plain; charset=utf-8")

-- What is printed is the body, and each line of it is sent at once.
print("hello " .. tostring(name))

-- The request's body is read as it comes; each line is answered before the next one is there.
for line in io.lines() do
  print("you said: " .. line)
end
