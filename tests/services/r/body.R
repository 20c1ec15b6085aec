body <- file("stdin", "rb")
while (length(bytes <- readBin(body, "raw", 65536)) > 0) hook$res$write(bytes)
