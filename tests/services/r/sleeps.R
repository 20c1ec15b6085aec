cat("begun\n")
Sys.sleep(60)
