# The third line fails, and with it the script.
fail() {
    : "${missing:?the reason}"
}

fail
