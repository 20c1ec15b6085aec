# Gives a script of bash its request and its words for the response, then runs it by its path.

# status CODE [MESSAGE]
status() {
    local _stack_json
    case ${1-} in
        '' | 0* | *[!0-9]*) _stack_quote "${1-}" ;;
        *) _stack_json=$1 ;;
    esac
    printf '{"type":"status","payload":{"value":%s}}\n' "$_stack_json" >&3
    if (($# > 1)); then
        _stack_quote "$2"
        printf '{"type":"statusMessage","payload":{"value":%s}}\n' "$_stack_json" >&3
    fi
}

# header NAME VALUE sets it, or adds one more Set-Cookie; header --append NAME VALUE; header --remove NAME
header() {
    local _stack_json _stack_name _stack_type=setHeader IFS=' '
    case ${1-} in
        --append) _stack_type=appendHeader; shift ;;
        --remove) _stack_type=removeHeader; shift ;;
        [Ss][Ee][Tt]-[Cc][Oo][Oo][Kk][Ii][Ee]) _stack_type=appendHeader ;;
    esac
    _stack_quote "${1-}"
    _stack_name=$_stack_json
    _stack_quote "${*:2}"
    printf '{"type":"%s","payload":{"name":%s,"value":%s}}\n' "$_stack_type" "$_stack_name" "$_stack_json" >&3
}

# log WORD...
log() {
    local _stack_json IFS=' '
    _stack_quote "$*"
    printf '{"type":"log","payload":{"text":%s}}\n' "$_stack_json" >&3
}

# trailer NAME VALUE
trailer() { _stack_rare trailer "$@"; }

# Leaves its argument as a JSON string in _stack_json.
_stack_quote() {
    if ((${#1} > 1000)) || [[ $1 == *[[:cntrl:]]* ]]; then
        _stack_rare escape "$1"
    else
        _stack_json=${1//\\/"\\\\"}
        _stack_json=\"${_stack_json//\"/"\\\""}\"
    fi
}

# What few scripts need is read when the first of them does.
_stack_rare() {
    . "${BASH_SOURCE[0]%/*}/rare.bash"
    _stack_rare "$@"
}

# A signal runs this trap too, with a status of 0; then the script did not come to its end.
_stack_end() {
    if [[ ${_stack_status-} == 0 && -z ${!-} && -p /dev/fd/3 ]]; then
        printf '{"type":"end","payload":{}}\n' >&3
    fi
}

# One compound command, so that bash has read this file to its end before it waits for the request; not a function,
# in which the script's own `declare` would make local variables.
{
    # In a locale of many bytes a character, bash takes seconds for a value of many quotes.
    LC_ALL=C command . "${STACK_REQUEST:-/dev/fd/4}"
    exec 4<&-
    [[ -v Hook_req_method ]] || exit 1
    _stack_script=$1
    shift
    BASH_ARGV0=$_stack_script
    if [[ $BASH_VERSION == 4.3* || ! -r $_stack_script ]]; then
        _stack_rare environment
    else
        mapfile -d '' _stack_text <"$_stack_script"
        if [[ ${_stack_text-} == *ook_env* ]]; then _stack_rare environment; fi
    fi
    unset -v STACK_REQUEST _stack_text
    trap _stack_end EXIT
    . "$_stack_script"
    _stack_status=$?
    exit "$_stack_status"
}
