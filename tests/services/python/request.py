req = hook.req
print(req.method, req["url"], req.path, req.query, req.headers["x-a"], req.host, sep="\n")
print(req.httpVersion, req.connection.remoteAddress, req.id, req.deadline, req.params.a, sep="\n")
