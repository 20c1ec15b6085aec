for key <- ["a[b]", "l[0]", "l[1]"], do: IO.puts(hook.params[key])
