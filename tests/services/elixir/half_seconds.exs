for second <- 1..3 do
  if second > 1, do: Process.sleep(500)
  IO.puts(second)
end
