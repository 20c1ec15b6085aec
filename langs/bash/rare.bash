# The part of bridge.bash that few scripts need.

_stack_rare() {
    "_stack_$@"
}

_stack_trailer() {
    local _stack_json _stack_name IFS=' '
    _stack_quote "${1-}"
    _stack_name=$_stack_json
    _stack_quote "${*:2}"
    printf '{"type":"addTrailers","payload":{"trailers":{%s:%s}}}\n' "$_stack_name" "$_stack_json" >&3
}

# Leaves its argument as a JSON string in _stack_json. By bytes and in pieces, since bash takes quadratic time.
_stack_escape() {
    local LC_ALL=C piece code character escape
    _stack_json=
    while IFS= read -rN 1000 piece || [[ -n $piece ]]; do
        piece=${piece//\\/"\\\\"}
        piece=${piece//\"/"\\\""}
        if [[ $piece == *[[:cntrl:]]* ]]; then
            for ((code = 1; code < 32; code++)); do
                printf -v escape '\\u%04x' "$code"
                printf -v character '%b' "\\x${escape:4}"
                piece=${piece//"$character"/"$escape"}
            done
        fi
        _stack_json+=$piece
    done <<<"$1"
    _stack_json=\"${_stack_json%'\u000a'}\"
}

# Hook_env_NAME and Hook_env[NAME] for every variable there is, which costs more than all the rest of the bridge.
_stack_environment() {
    local _stack_name
    declare -gA Hook_env=()
    declare -gn hook_env=Hook_env
    for _stack_name in "${!A@}" "${!B@}" "${!C@}" "${!D@}" "${!E@}" "${!F@}" "${!G@}" "${!H@}" "${!I@}" "${!J@}" \
        "${!K@}" "${!L@}" "${!M@}" "${!N@}" "${!O@}" "${!P@}" "${!Q@}" "${!R@}" "${!S@}" "${!T@}" "${!U@}" \
        "${!V@}" "${!W@}" "${!X@}" "${!Y@}" "${!Z@}" "${!a@}" "${!b@}" "${!c@}" "${!d@}" "${!e@}" "${!f@}" \
        "${!g@}" "${!h@}" "${!i@}" "${!j@}" "${!k@}" "${!l@}" "${!m@}" "${!n@}" "${!o@}" "${!p@}" "${!q@}" \
        "${!r@}" "${!s@}" "${!t@}" "${!u@}" "${!v@}" "${!w@}" "${!x@}" "${!y@}" "${!z@}" "${!_@}"; do
        case $_stack_name in
            [Hh]ook_* | _ | _stack_* | BASH_* | FUNCNAME) ;;
            *)
                declare -gn "Hook_env_$_stack_name=$_stack_name" "hook_env_$_stack_name=$_stack_name"
                Hook_env[$_stack_name]=${!_stack_name-}
                ;;
        esac
    done
}
