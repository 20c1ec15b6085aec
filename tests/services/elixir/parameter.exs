IO.write(hook.params["v"])
