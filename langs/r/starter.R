# A service of R: a fresh process answers each request, and what it prints is the body.

name <- hook$params$name # of the query, a form, JSON, or an upload
if (is.null(name)) name <- "world"

if (nchar(name) > 100) {
    hook$res$status(400)
    cat("that is a long name\n")
} else {
    hook$res$set_header("Content-Type", "text/plain; charset=utf-8")
    cat("hello ", name, "\n", sep = "") # it is sent at once: a loop that sleeps between its lines streams
}

# hook$req     method, url, path, headers; file("stdin") is the request's body
# hook$log()   a line in the log; so are message() and warning()
