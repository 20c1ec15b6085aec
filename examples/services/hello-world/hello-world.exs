# stack ./hello-world.exs
# curl http://127.0.0.1:3000/

IO.puts("hello world")
