# In a locale of UTF-8, gawk's length counts characters.
function bytes(text,    count, characters, number) {
    if (length("é") == 2) return length(text)
    count = length(text)
    split(text, characters, "")
    for (number in characters) {
        count += (characters[number] >= sprintf("%c", 128)) + (characters[number] >= sprintf("%c", 2048))
        count += characters[number] >= sprintf("%c", 65536)
    }
    return count
}

BEGIN {
    for (name in hook_params) {
        printf "%d:%s%d:%s", bytes(name), name, bytes(hook_params[name]), hook_params[name]
    }
}
