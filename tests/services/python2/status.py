import sys

res = hook.res
res.status(404)
res.status_message = "Not Here"
res.set_header("X-A", "lost")
res.set_header("x-a", "b c")
res.set_header("X-Gone", 1)
res.remove_header("X-Gone")
res.append_header("X-L", 1)
res.append_header("X-L", 2)
res.set_header("Set-Cookie", ["a=1", "b=2"])
res.add_trailers({"X-Sum": 5})
sys.stdout.write("text")
