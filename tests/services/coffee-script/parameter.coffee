hook.res.write hook.params.v
