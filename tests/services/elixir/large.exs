block = String.duplicate("0123456789abcde\n", 4096)
for _ <- 1..1600, do: IO.write(block)
