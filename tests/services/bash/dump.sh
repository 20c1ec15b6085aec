# The lengths are those of bytes.
block() {
    local LC_ALL=C
    printf '%d:%s' "${#1}" "$1"
}

for name in "${!hook_params[@]}"; do
    block "$name"
    block "${hook_params[$name]}"
done
