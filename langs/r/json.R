# Writes a value as indented JSON. A vector of one is that one; I(x) stays a list. NULL and NA are null.

encode <- function(value, newline = "\n") {
    if (is.null(value)) return("null")
    if (is.environment(value)) value <- as.list(value)
    if (is.factor(value) || inherits(value, c("Date", "POSIXt"))) value <- as.character(value)
    if (is.data.frame(value)) return(encode_list(rows(value), newline))
    if (is.matrix(value)) return(encode_list(lapply(seq_len(nrow(value)), function(row) I(value[row, ])), newline))
    if (is.list(value) || length(value) != 1L || !is.null(names(value)) || inherits(value, "AsIs")) {
        return(encode_list(as.list(value), newline))
    }
    encode_scalar(value)
}

# Named it is an object, otherwise an array.
encode_list <- function(values, newline) {
    brackets <- if (is.null(names(values))) c("[", "]") else c("{", "}")
    if (length(values) == 0L) return(paste(brackets, collapse = ""))
    inner <- paste0(newline, "  ")
    keys <- if (!is.null(names(values))) paste0(quoted(names(values)), ": ")
    items <- paste0(keys, vapply(values, encode, "", inner), collapse = paste0(",", inner))
    paste0(brackets[[1L]], inner, items, newline, brackets[[2L]])
}

encode_scalar <- function(value) {
    if (is.character(value)) return(if (is.na(value)) "null" else quoted(value))
    if (!is.logical(value) && !is.numeric(value)) stop(class(value)[[1L]], " is nothing that JSON has", call. = FALSE)
    if (is.na(value)) return("null")
    if (is.logical(value)) return(if (value) "true" else "false")
    if (is.infinite(value)) stop(value, " is no number of JSON", call. = FALSE)
    digits <- sprintf("%.15g", value)
    if (as.numeric(digits) == value) digits else sprintf("%.17g", value)
}

rows <- function(frame) {
    lapply(seq_len(nrow(frame)), function(row) lapply(frame, function(column) column[[row]]))
}
