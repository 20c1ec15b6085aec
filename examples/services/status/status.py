# stack ./status.py
# curl -i 'http://127.0.0.1:3000/?name=tea'

name = hook.params.get("name")

if name is None:
    hook.res.status(400).json({"error": "name is missing"})
elif name != "tea":
    hook.res.status(404).json({"error": "there is only tea"})
else:
    hook.res.status(418)
    hook.res.set_header("X-Brew", "earl grey")
    hook.res.append_header("Set-Cookie", "cup=1")
    hook.res.append_header("Set-Cookie", "saucer=1")
    print("I am a teapot.")
