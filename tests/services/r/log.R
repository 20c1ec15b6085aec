hook$log("a", "log", 5)
message("an error")
cat("body\n")
