-- Runs a service in Lua: compiles the script, waits for its request, makes its globals, and becomes the script.
-- For Lua 5.1 to 5.4 and LuaJIT.

local folder = arg[0]:match("^.*/")
local path = table.remove(arg, 1)
arg[0] = path

local json = dofile(folder .. "json.lua")
local getenv = os.getenv

-- What says something to the server is read when a script says something for the first time.
local response, sender
local function respond()
  response = response or dofile(folder .. "response.lua")
  sender = sender or response.sender(getenv("STACK_CONTROL") or "/dev/fd/3", json)
  return response
end

local function send(kind, payload)
  respond()
  sender(kind, payload)
end

local script, problem = loadfile(path)
if not script then
  local first = 0
  while arg[first - 1] do first = first - 1 end
  io.stderr:write(arg[first], ": ", problem, "\n")
  send("error", { error = problem })
  os.exit(1)
end

-- The request document, or nothing when a process that waits for a request is no longer needed.
local function receive()
  local file = io.open(getenv("STACK_REQUEST") or "/dev/fd/4", "rb")
  local text = file and file:read("*a") or ""
  if text == "" then os.exit(1) end
  file:close()
  return json.decode(text)
end

-- The environment, which has the request's own variables from the start.
local function environment()
  local all = {}
  local file = io.open("/proc/self/environ", "rb")
  if file then
    for name, value in file:read("*a"):gmatch("([^=%z]+)=([^%z]*)") do all[name] = value end
    file:close()
  end
  all.STACK_REQUEST = nil
  return all
end

function os.getenv(name)
  if name == "STACK_REQUEST" then return nil end
  return getenv(name)
end

-- Few scripts ask for these, and then they are made.
local made = {
  env = environment,
  res = function() return respond().response(send, json) end,
}

local document = receive()
local hook = {
  params = document.params,
  req = document.req,
  input = document.req,
  service = document.service,
  null = json.null,
  list = json.list,
}
hook.req.params = hook.params
setmetatable(hook, {
  __index = function(_, name)
    local make = made[name]
    if not make then return nil end
    hook[name] = make()
    return hook[name]
  end,
})

function hook.log(...)
  local words = { ... }
  local first = words[1] == hook and 2 or 1
  for index = 1, select("#", ...) do words[index] = tostring(words[index]) end
  send("log", { text = table.concat(words, " ", first) })
end

_G.hook, _G.Hook, _G.service = hook, hook, hook
for name, text in pairs(document.flat) do
  _G["Hook_params_" .. name], _G["hook_params_" .. name] = text, text
end

local beside = path:match("^.*/")
if beside and not beside:find("[;?]") then
  package.path = package.path .. ";" .. beside .. "?.lua;" .. beside .. "?/init.lua"
end
io.stdout:setvbuf("line")

-- A tail call leaves no frame of this file below the script. So errors, their traces and the exit are Lua's own,
-- and that the script came to its end is told by the exit code.
return script((table.unpack or unpack)(arg))
