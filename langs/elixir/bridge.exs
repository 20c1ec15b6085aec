# Starts a service of Elixir. The work stands in hook.ex, which is compiled once and not at every start.
compiled = Path.join(__DIR__, "hook-#{System.version()}-#{System.otp_release()}.beam")

with {:ok, binary} <- File.read(compiled),
     {:module, Hook} <- :code.load_binary(Hook, ~c"hook.ex", binary) do
  :ok
else
  _ ->
    [{Hook, binary}] = Code.compile_file("hook.ex", __DIR__)
    scratch = "#{compiled}.#{System.pid()}"
    # Without the right or the room to write, it is compiled each time.
    File.write(scratch, binary) == :ok and File.rename(scratch, compiled)
end

apply(Hook, :serve, [System.argv()])
