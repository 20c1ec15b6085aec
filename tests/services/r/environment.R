cat(hook$env$T_A, hook$env$REQUEST_METHOD, Sys.getenv("HTTP_X_B"), sep = "|")
cat("\n")
