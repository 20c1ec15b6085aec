BEGIN {
    print hook_req["method"]
    print hook_req["url"]
    print hook_req["path"]
    print hook_req["query"]
    print hook_headers["x-a"]
    print hook_req["host"]
    print hook_req["httpVersion"]
    print hook_req["connection.remoteAddress"]
    print hook_req["id"]
    print hook_req["deadline"]
    print hook_params["a"]
}
