BEGIN {
    hook_status(404, "Not Here")
    hook_header("X-A", "lost")
    hook_header("x-a", "b c")
    hook_header("X-Gone", 1)
    hook_remove_header("X-Gone")
    hook_append_header("X-L", 1)
    hook_append_header("X-L", 2)
    hook_header("Set-Cookie", "a=1")
    hook_header("Set-Cookie", "b=2")
    hook_trailer("X-Sum", 5)
    printf "text"
}
