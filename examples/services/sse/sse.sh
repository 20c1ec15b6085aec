# Server-sent events, and the page that shows them.
#
# stack ./sse.sh, then open http://127.0.0.1:3000/
# curl --no-buffer -H 'Accept: text/event-stream' http://127.0.0.1:3000/

send_page() {
    header Content-Type 'text/html; charset=utf-8'
    cat "${BASH_SOURCE%/*}/index.html"
}

# The stream ends when the browser leaves: that ends this process.
send_events() {
    header Content-Type text/event-stream
    header Cache-Control no-cache
    local number=${HTTP_LAST_EVENT_ID:-0}
    # Bash would run what stands in the brackets of a "number" such as a[$(id)].
    if [[ ! $number =~ ^[1-9][0-9]{0,8}$ ]]; then number=0; fi
    while true; do
        printf 'id: %d\ndata: %(%H:%M:%S)T\n\n' $((++number)) -1
        sleep 1
    done
}

if [[ ${hook_req_headers[accept]} == *text/event-stream* ]]; then
    send_events
else
    send_page
fi
