for part <- ["filename", "type", "size"], do: IO.puts(hook.params["f[#{part}]"])
# From here on each byte is a character.
:ok = :io.setopts(:standard_io, encoding: :latin1)
hook.files["f"] |> File.read!() |> IO.binwrite()
