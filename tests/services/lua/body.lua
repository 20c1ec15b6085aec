while true do
  local block = io.read(65536)
  if not block then break end
  io.write(block)
end
