-- stack ./hello-world.lua
-- curl http://127.0.0.1:3000/

print("hello world")
