%{req: req, params: params} = hook

IO.puts(req.method)
IO.puts(req.url)
IO.puts(req.path)
IO.puts(req.query)
IO.puts(req.headers["x-a"])
IO.puts(req.host)
IO.puts(req.http_version)
IO.puts(req.connection.remote_address)
IO.puts(req.id)
IO.puts(req.deadline)
IO.puts(params["a"])
