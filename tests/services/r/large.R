block <- strrep("0123456789abcde\n", 4096)
for (count in seq_len(1600)) cat(block)
