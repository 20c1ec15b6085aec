hook.res.write_head(201, "Made", %{"X-A" => "b"})
IO.puts("text")
