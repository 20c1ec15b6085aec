# stack ./echo.exs
# curl 'http://127.0.0.1:3000/?foo=bar'

IO.puts("Hello, this is an Elixir script.")
IO.puts("hook.params is:")
IO.inspect(hook.params)
