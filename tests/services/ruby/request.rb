req = hook.req
puts req.method, req.url, req.path, req.query, req.headers["x-a"], req.host, req.http_version
puts req.connection.remote_address, req.id, req.deadline, req.params.a
