body <- file("stdin")
cat(hook$params$a, hook$params$b, readLines(body, warn = FALSE), sep = " ")
cat("\n")
