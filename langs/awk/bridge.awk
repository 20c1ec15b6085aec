# Gives a program of awk its request and its words for the response: `awk -f bridge.awk -f SCRIPT`, by gawk or mawk.
#
# hook_params["foo"]      a parameter; below lists and maps by path: hook_params["a[b]"], hook_params["l[0]"]
# hook_params_foo         the same in gawk, where the program mentions it and the name is a word
# hook_req["method"]      url, path, query, host, httpVersion, connection.remoteAddress, id, deadline, headers.NAME
# hook_headers["host"]    the headers alone, by lower-case name
# hook_env["HOME"]        the environment, also in ENVIRON
# hook_files["f"]         where an upload stands on the disk
# hook_service["name"]    path, language
#
# Hook_… stands for each hook_…, and hook_input for hook_req. There is no END rule here: it would make a program of
# BEGIN rules wait for its input. The records of the request's body are the input, as ever.

function hook_status(code, message) {
    _stack_tell("status", "\"value\":" (code ~ /^[1-9][0-9]*$/ ? code : _stack_quote(code)))
    if (message != "") _stack_tell("statusMessage", "\"value\":" _stack_quote(message))
}

# Sets a header, or adds one more Set-Cookie.
function hook_header(name, value) {
    _stack_field(tolower(name) == "set-cookie" ? "appendHeader" : "setHeader", name, value)
}

function hook_append_header(name, value) {
    _stack_field("appendHeader", name, value)
}

function hook_remove_header(name) {
    _stack_tell("removeHeader", "\"name\":" _stack_quote(name))
}

function hook_trailer(name, value) {
    _stack_tell("addTrailers", "\"trailers\":{" _stack_quote(name) ":" _stack_quote(value) "}")
}

function hook_log(text) {
    _stack_tell("log", "\"text\":" _stack_quote(text))
}

# Prints the last of the body and completes the response; the END rules run still, unheard.
function hook_end(text) {
    print text
    fflush("")
    _stack_tell("end", "")
    exit 0
}

function _stack_field(type, name, value) {
    _stack_tell(type, "\"name\":" _stack_quote(name) ",\"value\":" _stack_quote(value))
}

function _stack_tell(type, payload) {
    printf "{\"type\":\"%s\",\"payload\":{%s}}\n", type, payload > _stack_control
    fflush(_stack_control)
}

# A JSON string.
function _stack_quote(text,    code, character) {
    text = text ""
    gsub(/["\\]/, "\\\\&", text)
    if (text ~ /[\001-\037]/) {
        for (code = 1; code < 32; code++) {
            character = sprintf("%c", code)
            if (index(text, character)) gsub(character, sprintf("\\u%04x", code), text)
        }
    }
    return "\"" text "\""
}

# Makes \/ of an escaped backslash first, so that no other backslash stands before a letter by chance.
function _stack_plain(text) {
    if (!index(text, "\\")) return text
    gsub(/\\\\/, "\\/", text)
    gsub(/\\n/, "\n", text)
    gsub(/\\t/, "\t", text)
    gsub(/\\r/, "\r", text)
    gsub(/\\\//, "\\", text)
    return text
}

# SYMTAB holds gawk's variables that the program mentions; in mawk it is an empty array.
function _stack_flat(name, value) {
    if (("hook_params_" name) in SYMTAB) SYMTAB["hook_params_" name] = value
    if (("Hook_params_" name) in SYMTAB) SYMTAB["Hook_params_" name] = value
}

function _stack_request(name, value) {
    hook_req[name] = Hook_req[name] = hook_input[name] = Hook_input[name] = value
    if (name ~ /^headers[.]/) hook_headers[substr(name, 9)] = Hook_headers[substr(name, 9)] = value
}

function _stack_take(section, name, value) {
    if (section == "params") hook_params[name] = Hook_params[name] = value
    else if (section == "flat") _stack_flat(name, value)
    else if (section == "req") _stack_request(name, value)
    else if (section == "files") hook_files[name] = Hook_files[name] = value
    else if (section == "env") ENVIRON[name] = value
    else if (section == "service") hook_service[name] = Hook_service[name] = value
}

# Reads the document and waits for as long as there is none. Each line is a section, a dot, a name, a tab and a value.
function _stack_receive(    place, line, tab, dot, lines) {
    place = "STACK_REQUEST" in ENVIRON ? ENVIRON["STACK_REQUEST"] : "/dev/fd/4"
    while ((getline line < place) > 0) {
        lines++
        tab = index(line, "\t")
        dot = index(line, ".")
        _stack_take(substr(line, 1, dot - 1), _stack_plain(substr(line, dot + 1, tab - dot - 1)),
                    _stack_plain(substr(line, tab + 1)))
    }
    close(place)
    if (!lines) exit 1
    delete ENVIRON["STACK_REQUEST"]
    for (line in ENVIRON) hook_env[line] = Hook_env[line] = ENVIRON[line]
}

BEGIN {
    _stack_control = "STACK_CONTROL" in ENVIRON ? ENVIRON["STACK_CONTROL"] : "/dev/fd/3"
    _stack_receive()
}
