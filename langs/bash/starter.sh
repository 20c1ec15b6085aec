# A service of bash: a fresh process answers each request, and what it prints is the body.

name=${hook_params_name:-world} # of the query, a form, JSON, or an upload

if ((${#name} > 100)); then
    status 400
    echo "that is a long name"
    exit
fi
header Content-Type 'text/plain; charset=utf-8'
echo "hello $name" # every line is sent at once: a loop that sleeps between its lines streams

# $hook_req_method, ${hook_req_headers[host]}   the request; its body is the standard input
# log WORDS                                     a line in the log; so is all of the standard error
