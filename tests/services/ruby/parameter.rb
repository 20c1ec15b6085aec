$stdout.write(hook.params.v)
