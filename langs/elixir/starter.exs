# A service of Elixir: a fresh process answers each request, and what it prints is the body.

name = Map.get(hook.params, "name", "world") # of the query, a form, JSON, or an upload

if String.length(name) > 100 do
  Hook.status(400)
  IO.puts("that is a long name")
else
  Hook.header("Content-Type", "text/plain; charset=utf-8")
  IO.puts("hello #{name}") # every line is sent at once: a loop that sleeps between its lines streams
end

# hook.req     method, url, path, headers; standard input is the request's body: IO.stream(:stdio, :line)
# Hook.log()   a line in the log; so is everything on :stderr
