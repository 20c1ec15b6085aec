local block = ("0123456789abcde\n"):rep(4096)
for _ = 1, 1600 do io.write(block) end
