body <- file("stdin", "r")
while (length(line <- readLines(body, n = 1)) > 0) cat("got ", line, "\n", sep = "")
