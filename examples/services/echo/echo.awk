# stack ./echo.awk
# curl 'http://127.0.0.1:3000/?foo=bar'

BEGIN {
    print "Hello, this is an AWK script."
    print "hook_params[\"foo\"] is:"
    print hook_params["foo"]
}
