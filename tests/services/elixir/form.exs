%{"a" => a, "b" => b} = hook.params
IO.puts("#{a} #{b} #{IO.read(:eof)}")
