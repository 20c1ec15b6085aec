for name, value in pairs(hook.params) do
  io.write(#name, ":", name, #value, ":", value)
end
