IO.puts("one")
Hook.end("two")
IO.puts("three")
raise "too late to matter"
