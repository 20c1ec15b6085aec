for line <- IO.stream(:stdio, :line), do: IO.write("got " <> line)
