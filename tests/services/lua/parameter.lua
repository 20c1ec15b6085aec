io.write(hook.params.v)
