req = hook.req
print req.method
print req.url
print req.path
print req.query
print req.headers["x-a"]
print req.host
print req.httpVersion
print req.connection.remoteAddress
print req.id
print req.deadline
print hook.params.a
