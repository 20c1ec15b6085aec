local function fail()
  error("the reason")
end

print("before")
fail()
