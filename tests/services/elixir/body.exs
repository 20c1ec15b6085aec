# Bytes that are no text pass an input and an output that take each byte for a character.
:ok = :io.setopts(:standard_io, encoding: :latin1)
:stdio |> IO.binstream(65_536) |> Enum.each(&IO.binwrite/1)
