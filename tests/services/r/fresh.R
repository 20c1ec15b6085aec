counter <- if (exists("counter")) counter + 1 else 1
cat(counter, Sys.getpid())
