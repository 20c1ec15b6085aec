# A service of Python 2: a fresh process answers each request, and what it prints is the body.

name = hook.params.get("name", "world")  # of the query, a form, JSON, or an upload

if len(name) > 100:
    hook.res.status(400)
    print "that is a long name"
else:
    hook.res.set_header("Content-Type", "text/plain; charset=utf-8")
    print "hello " + name  # every line is sent at once: a loop that sleeps between its lines streams

# hook.req     method, url, path, headers; sys.stdin is the request's body
# hook.log()   a line in the log; so is everything on sys.stderr
