IO.puts("begun")
Process.sleep(60_000)
