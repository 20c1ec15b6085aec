cat("one\n")
hook$res$end("two")
cat("three\n")
stop("never reached")
