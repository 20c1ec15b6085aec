cat(hook$params$v)
