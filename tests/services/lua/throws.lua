-- The third line throws.
local function fail()
  error("the reason")
end

fail()
