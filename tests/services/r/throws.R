# The third line throws.
fail <- function() {
    stop("the reason")
}
fail()
