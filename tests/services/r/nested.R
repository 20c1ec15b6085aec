writeLines(c(hook$params[["a[b]"]], hook$params[["l[0]"]], hook$params[["l[1]"]]))
