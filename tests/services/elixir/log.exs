Hook.log(["a", "log", 5])
IO.puts(:stderr, "an error")
IO.puts("body")
