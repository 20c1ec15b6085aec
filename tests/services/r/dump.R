params <- hook$params
for (index in seq_along(params)) {
    name <- names(params)[[index]]
    value <- params[[index]]
    cat(nchar(name, "bytes"), ":", name, nchar(value, "bytes"), ":", value, sep = "")
}
