# The third line is no R.
cat("never\n")
x <- = 5
