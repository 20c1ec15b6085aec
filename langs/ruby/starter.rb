# A service of Ruby: a fresh process answers each request, and what it prints is the body.

name = hook.params.name || "world" # of the query, a form, JSON, or an upload

hook.res.status(400).end("that is a long name") if name.length > 100
hook.res.set_header("Content-Type", "text/plain; charset=utf-8")
puts "hello #{name}" # every line is sent at once: a loop that sleeps between its lines streams

# hook.req     method, url, path, headers; $stdin is the request's body
# hook.log()   a line in the log; so is everything on $stderr
