# The third line throws.
fail <- function() {
    stop("the reason")
}
cat("before\n")
fail()
