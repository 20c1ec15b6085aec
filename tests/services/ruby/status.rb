hook.res.status = 404
hook.res.status_message = "Not Here"
hook.res.set_header("X-A", "lost")
hook.res.set_header("x-a", "b c")
hook.res.set_header("X-Gone", "1")
hook.res.remove_header("X-Gone")
hook.res.append_header("X-L", "1")
hook.res.append_header("X-L", "2")
hook.res.set_header("Set-Cookie", ["a=1", "b=2"])
hook.res.add_trailers("X-Sum" => "5")
print "text"
