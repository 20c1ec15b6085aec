BEGIN {
    block = "0123456789abcde\n"
    while (length(block) < 65536) block = block block
    for (count = 0; count < 1600; count++) printf "%s", block
}
