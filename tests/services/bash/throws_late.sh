# What was written before the error is sent, and then the answer is broken off.
fail() {
    : "${missing:?the reason}"
}

echo before
fail
