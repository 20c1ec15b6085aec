#!/usr/bin/env python3
# stack ./echo-py3.py
# curl 'http://127.0.0.1:3000/?foo=bar'

foo: str = hook.params.get("foo", "not given")

hook.res.write("Hello, this is a Python script.\n")
hook.res.write("hook.params.foo is:\n")
hook.res.end(foo)
