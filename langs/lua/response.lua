-- The messages to the server, and the response that is made of them.

local respond = {}

-- Where an error of a response's caller stands: Lua 5.1 counts a tail call as a level.
local CALLER = _VERSION == "Lua 5.1" and not jit and 3 or 2

-- A function that sends one message at once, so that it is there before the next byte of output.
function respond.sender(path, json)
  local control
  return function(kind, payload)
    if not control then
      control = io.open(path, "w")
      if not control then return end
      control:setvbuf("no")
    end
    control:write(json.encode({ type = kind, payload = payload }) .. "\n")
  end
end

-- What a header takes: a text, or a list of them.
local function texts(value)
  if type(value) ~= "table" or getmetatable(value) and getmetatable(value).__tostring then return tostring(value) end
  local list = {}
  for index, item in ipairs(value) do list[index] = tostring(item) end
  return list
end

-- A map of names as the list of pairs that the server takes.
local function fields(map)
  local list = {}
  for name, value in pairs(map or {}) do list[#list + 1] = { tostring(name), texts(value) } end
  return list
end

-- set_header as setHeader.
local function camel(name)
  return (name:gsub("_(%l)", string.upper))
end

-- The response. Its functions are methods, and take a dot for the colon too; statusCode and statusMessage can be
-- assigned and read.
function respond.response(send, json)
  local response, methods = {}, {}
  local values = { statusCode = 200, statusMessage = "" }
  local has_type = false

  local function is(name, other)
    return tostring(name):lower() == other
  end

  local function header(kind, name, value)
    has_type = has_type or is(name, "content-type")
    send(kind, { name = tostring(name), value = texts(value) })
    return response
  end

  function methods.status(code, message)
    values.statusCode = tonumber(code) or code
    send("status", { value = code })
    if message ~= nil then response.statusMessage = message end
    return response
  end

  -- A cookie never replaces another one.
  function methods.setHeader(name, value)
    return header(is(name, "set-cookie") and "appendHeader" or "setHeader", name, value)
  end

  function methods.appendHeader(name, value)
    return header("appendHeader", name, value)
  end

  function methods.removeHeader(name)
    has_type = has_type and not is(name, "content-type")
    send("removeHeader", { name = tostring(name) })
    return response
  end

  function methods.writeHead(code, message, headers)
    if type(message) == "table" then message, headers = nil, message end
    values.statusCode, values.statusMessage = tonumber(code) or code, message or values.statusMessage
    for name in pairs(headers or {}) do has_type = has_type or is(name, "content-type") end
    send("writeHead", { code = code, message = message, headers = json.list(fields(headers)) })
    return response
  end

  function methods.addTrailers(trailers)
    send("addTrailers", { trailers = json.list(fields(trailers)) })
    return response
  end

  function methods.writeContinue()
    send("writeContinue", {})
    return response
  end

  function methods.write(...)
    io.stdout:write(...)
    io.stdout:flush()
    return response
  end

  -- Sends a value as indented JSON, under a type of its own unless there is one already.
  function methods.json(value)
    local is_json, text = pcall(json.encode, value, "\n")
    if not is_json then error(text, CALLER) end
    if not has_type then methods.setHeader("Content-Type", "application/json") end
    return methods.write(text, "\n")
  end

  -- Sends the last of the body, text with a line break after it, and ends the response and the script. Lua has a
  -- word of its own in `end`, so this is response:finish() as well as response["end"]().
  function methods.finish(text)
    if text ~= nil then io.stdout:write(text, "\n") end
    io.stdout:flush()
    send("end", {})
    os.exit(0, true)
  end
  methods["end"] = methods.finish

  local callable = {}
  for name, method in pairs(methods) do
    callable[name] = function(first, ...)
      if first == response then return method(...) end
      return method(first, ...)
    end
  end

  return setmetatable(response, {
    __index = function(_, name)
      name = type(name) == "string" and camel(name) or name
      if values[name] ~= nil then return values[name] end
      return callable[name]
    end,
    __newindex = function(_, name, value)
      name = camel(tostring(name))
      if name == "statusCode" or name == "status" then
        methods.status(value)
      elseif name == "statusMessage" then
        values.statusMessage = value
        send("statusMessage", { value = tostring(value) })
      else
        error("a response has no " .. name .. " to set", 2)
      end
    end,
  })
end

return respond
