-- JSON for Lua 5.1 to 5.4: what the server writes is read, and any value of Lua is written.

local byte, char, find, gsub, match, sub = string.byte, string.char, string.find, string.gsub, string.match, string.sub
local floor, integer_type = math.floor, math.type

local json = {}

-- A null in a list, where nil would move what stands behind it. In a map a null is not there at all.
json.null = setmetatable({}, { __tostring = function() return "null" end })

local List = {}

-- Marks a table as a list, which matters for an empty one alone.
function json.list(values)
  return setmetatable(values or {}, List)
end

-- Reading

local source

local escapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ["/"] = "/", ["\\"] = "\\", ['"'] = '"' }

-- A code point in UTF-8; half of a surrogate pair becomes three bytes too.
local function utf8(code)
  if code < 0x80 then return char(code) end
  local last = 0x80 + code % 0x40
  code = floor(code / 0x40)
  if code < 0x20 then return char(0xC0 + code, last) end
  local third = 0x80 + code % 0x40
  code = floor(code / 0x40)
  if code < 0x10 then return char(0xE0 + code, third, last) end
  return char(0xF0 + floor(code / 0x40), 0x80 + code % 0x40, third, last)
end

local function unescape(kind, digits)
  if kind == "u" then return utf8(tonumber(digits, 16)) end
  return escapes[kind] .. digits
end

local function join(high, more, low, last)
  high, more, low, last = byte(high) - 0xA0, byte(more) - 0x80, byte(low) - 0xB0, byte(last) - 0x80
  return utf8(0x10000 + (high * 0x40 + more) * 0x400 + low * 0x40 + last)
end

local function read_text(position)
  local stop, has_escapes = position + 1, false
  while true do
    stop = find(source, '["\\]', stop)
    if byte(source, stop) == 34 then break end
    stop, has_escapes = stop + 2, true
  end
  local text = sub(source, position + 1, stop - 1)
  if has_escapes then
    text = gsub(text, "\\(.)(%x?%x?%x?%x?)", unescape)
    if find(text, "\237[\160-\191]") then
      text = gsub(text, "\237([\160-\175])([\128-\191])\237([\176-\191])([\128-\191])", join)
      text = gsub(text, "\237[\160-\191][\128-\191]", "\239\191\189")
    end
  end
  return text, stop + 1
end

-- A number that this Lua cannot hold stays the text of its digits.
local function read_number(position)
  local literal = match(source, "^[-+%.%deE]+", position)
  local value = tonumber(literal)
  local is_held
  if find(literal, "[%.eE]") then
    is_held = value - value == 0
  elseif integer_type then
    is_held = integer_type(value) == "integer"
  else
    is_held = value > -2 ^ 53 and value < 2 ^ 53
  end
  return is_held and value or literal, position + #literal
end

local read_value

local function behind_blanks(position)
  return find(source, "[^ \n\r\t]", position)
end

local function read_map(position)
  local map = {}
  position = behind_blanks(position + 1)
  while byte(source, position) ~= 125 do
    local name, value
    name, position = read_text(position)
    value, position = read_value(behind_blanks(position) + 1)
    if value ~= json.null then map[name] = value end
    position = behind_blanks(position)
    if byte(source, position) == 44 then position = behind_blanks(position + 1) end
  end
  return map, position + 1
end

local function read_list(position)
  local list, length = json.list(), 0
  position = behind_blanks(position + 1)
  while byte(source, position) ~= 93 do
    length = length + 1
    list[length], position = read_value(position)
    position = behind_blanks(position)
    if byte(source, position) == 44 then position = position + 1 end
  end
  return list, position + 1
end

function read_value(position)
  position = behind_blanks(position)
  local first = byte(source, position)
  if first == 34 then return read_text(position) end
  if first == 123 then return read_map(position) end
  if first == 91 then return read_list(position) end
  if first == 116 then return true, position + 4 end
  if first == 102 then return false, position + 5 end
  if first == 110 then return json.null, position + 4 end
  return read_number(position)
end

-- The value of a text that is known to be JSON.
function json.decode(text)
  source = text
  local value = read_value(1)
  source = nil
  return value
end

-- Writing

local sequences = {
  "^[\194-\223][\128-\191]",
  "^\224[\160-\191][\128-\191]",
  "^[\225-\236\238\239][\128-\191][\128-\191]",
  "^\237[\128-\159][\128-\191]",
  "^\240[\144-\191][\128-\191][\128-\191]",
  "^[\241-\243][\128-\191][\128-\191][\128-\191]",
  "^\244[\128-\143][\128-\191][\128-\191]",
}

-- What is UTF-8 of these bytes, and a mark for each byte that is not.
local function only_utf8(bytes)
  local parts, position = {}, 1
  while position <= #bytes do
    local part
    for _, sequence in ipairs(sequences) do
      part = part or match(sub(bytes, position, position + 3), sequence)
    end
    parts[#parts + 1] = part or "\239\191\189"
    position = position + #(part or " ")
  end
  return table.concat(parts)
end

local function escape(character)
  if character == "\n" then return "\\n" end
  return escapes[character] and "\\" .. character or string.format("\\u%04x", byte(character))
end

local function write_text(text)
  return '"' .. gsub(gsub(text, '[%z\1-\31\\"]', escape), "[\128-\255]+", only_utf8) .. '"'
end

local function write_number(value)
  if value - value ~= 0 then error(value .. " is no number of JSON", 0) end
  if integer_type and integer_type(value) == "integer" then return string.format("%d", value) end
  local text = string.format("%.14g", value)
  if tonumber(text) ~= value then text = string.format("%.17g", value) end
  return text
end

local function is_list(values)
  if next(values) == nil then return getmetatable(values) == List end
  local count = 0
  for key in pairs(values) do
    if type(key) ~= "number" then return false end
    count = count + 1
  end
  return count == #values
end

local write_value

local function write_table(value, line)
  local inner = line and line .. "  "
  local items, open, close = {}, "{", "}"
  if is_list(value) then
    open, close = "[", "]"
    for index, item in ipairs(value) do items[index] = write_value(item, inner) end
  else
    local colon = line and ": " or ":"
    for key, item in pairs(value) do
      items[#items + 1] = write_text(tostring(key)) .. colon .. write_value(item, inner)
    end
    table.sort(items)
  end
  if #items == 0 then return open .. close end
  return open .. (inner or "") .. table.concat(items, "," .. (inner or "")) .. (line or "") .. close
end

function write_value(value, line)
  local kind = type(value)
  if value == nil or value == json.null then return "null" end
  if kind == "string" then return write_text(value) end
  if kind == "number" then return write_number(value) end
  if kind == "boolean" then return tostring(value) end
  if kind == "table" then return write_table(value, line) end
  error("a " .. kind .. " is nothing that JSON has", 0)
end

-- A value in one line or, when given a line break, indented by two spaces.
function json.encode(value, line)
  return write_value(value, line)
end

return json
