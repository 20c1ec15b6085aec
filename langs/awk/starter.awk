# A service of awk: a fresh process answers each request, and what it prints is the body.

BEGIN {
    name = hook_params["name"] # of the query, a form, JSON, or an upload
    if (name == "") name = "world"

    if (length(name) > 100) {
        hook_status(400)
        print "that is a long name"
    } else {
        hook_header("Content-Type", "text/plain; charset=utf-8")
        print "hello " name # mawk sends every line at once, gawk after fflush()
    }
}

# hook_req["method"]    url, path; hook_headers["host"]; the request's body is the input, as ever: { print $1 }
# hook_log("words")     a line in the log; so is what goes to "/dev/stderr"
