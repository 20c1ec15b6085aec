puts "[hook param a] [hook param b] [read stdin]"
