# A service that greets: stack ./index.tcl, then curl 'http://127.0.0.1:3000/?name=you'

# A parameter of the path, the form, the JSON body or the query; the second word is its default.
set name [hook param name world]

# The status and the header go out with the first line of output.
hook status 200
hook header Content-Type "text/plain; charset=utf-8"

# What is printed is the answer, and each line is sent at once.
puts "hello $name"

# All that is known of the request is a dict; what goes to stderr is in the log.
puts "You asked for [dict get $hook req path] by [dict get $hook req method]."
puts stderr "greeted $name"

# The request's body is standard input: `read stdin` is all of it, and this would answer each line as it comes.
# while {[gets stdin line] >= 0} {
#     puts "You said: $line"
# }
