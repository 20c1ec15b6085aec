# What a script says about its answer, as messages on descriptor 3.

# Descriptors

control <- NULL
binary <- NULL

tell <- function(type, payload = "{}") {
    line <- paste0('{"type":"', type, '","payload":', payload, "}\n")
    # Without a reader there is nobody to tell.
    try(writeBin(charToRaw(line), opened("control", Sys.getenv("STACK_CONTROL", "/dev/fd/3"))), silent = TRUE)
    try(flush(control), silent = TRUE)
}

# A connection of the bridge, opened when it is first needed.
opened <- function(name, path) {
    if (is.null(stack[[name]])) assign(name, file(path, "wb", raw = TRUE), stack)
    stack[[name]]
}

write <- function(data) {
    if (!is.raw(data)) return(cat(utf8(text(data)), sep = ""))
    writeBin(data, opened("binary", "/dev/fd/1"))
    flush(binary)
}

# Texts

# What a header or a line of the log shows of a value: no 1e+05.
text <- function(value) {
    if (is.numeric(value)) vapply(value, format, "", digits = 15L, scientific = FALSE) else as.character(value)
}

utf8 <- function(value) {
    value <- enc2utf8(value)
    wrong <- !validUTF8(value)
    if (any(wrong)) value[wrong] <- iconv(value[wrong], "latin1", "UTF-8")
    value
}

# JSON strings.
quoted <- function(value) {
    value <- utf8(text(value))
    if (any(grepl("[\\\\\"[:cntrl:]]", value))) value <- escaped(value)
    paste0('"', value, '"', recycle0 = TRUE)
}

escaped <- function(value) {
    value <- gsub('(["\\\\])', "\\\\\\1", value)
    Reduce(escape_control, unique(unlist(lapply(value, utf8ToInt))), value)
}

escape_control <- function(value, code) {
    if (is.na(code) || code >= 32L) return(value)
    control <- intToUtf8(code)
    letter <- names(controls)[controls == control]
    gsub(control, if (length(letter)) paste0("\\", letter) else sprintf("\\u%04x", code), value, fixed = TRUE)
}

number <- function(value) {
    code <- suppressWarnings(as.integer(value))
    if (length(code) == 1L && !is.na(code)) code else quoted(value)
}

# One value as a text, several as a list.
strings <- function(value) {
    if (length(value) == 1L) quoted(value) else paste0("[", paste(quoted(value), collapse = ","), "]")
}

# Headers as a list of pairs, in which a name may come twice.
fields <- function(headers) {
    pairs <- sprintf("[%s,%s]", quoted(names(headers)), vapply(headers, strings, ""))
    paste0("[", paste(pairs, collapse = ","), "]")
}

# The response

response <- new.env()
typed <- FALSE
code <- 200L
message <- NULL

note <- function(name, is_set = TRUE) {
    if (tolower(name) == "content-type") stack$typed <- is_set
}

status <- function(code, message = NULL) {
    stack$code <- code
    tell("status", sprintf('{"value":%s}', number(code)))
    if (!is.null(message)) status_message(message)
    invisible(response)
}

status_message <- function(message) {
    stack$message <- message
    tell("statusMessage", sprintf('{"value":%s}', quoted(message)))
}

header <- function(type, name, value) {
    note(name)
    tell(type, sprintf('{"name":%s,"value":%s}', quoted(name), strings(value)))
    invisible(response)
}

set_header <- function(name, value) header("setHeader", name, value)

append_header <- function(name, value) header("appendHeader", name, value)

remove_header <- function(name) {
    note(name, FALSE)
    tell("removeHeader", sprintf('{"name":%s}', quoted(name)))
    invisible(response)
}

write_head <- function(code, message = NULL, headers = list()) {
    if (is.list(message)) return(write_head(code, headers = message))
    stack$code <- code
    stack$message <- message
    lapply(names(headers), note)
    reason <- if (is.null(message)) "null" else quoted(message)
    tell("writeHead", sprintf('{"code":%s,"message":%s,"headers":%s}', number(code), reason, fields(headers)))
    invisible(response)
}

add_trailers <- function(trailers) {
    tell("addTrailers", sprintf('{"trailers":%s}', fields(trailers)))
    invisible(response)
}

# A value as indented JSON, under a type of its own unless there is one already.
json <- function(value) {
    if (is.null(stack$encode)) sys.source(file.path(folder, "json.R"), stack)
    body <- paste0(encode(value), "\n")
    if (!typed) set_header("Content-Type", "application/json")
    write(body)
    invisible(response)
}

# The last of the body, text with a line break after it; the process ends here.
end <- function(data = NULL) {
    if (!is.null(data)) write(data)
    if (is.character(data)) write("\n")
    stack$complete <- TRUE
    quit(save = "no")
}

log <- function(...) {
    tell("log", sprintf('{"text":%s}', quoted(paste(unlist(lapply(list(...), text)), collapse = " "))))
}

define <- function() {
    list2env(envir = response, list(
        set_header = set_header, setHeader = set_header, append_header = append_header,
        appendHeader = append_header, remove_header = remove_header, removeHeader = remove_header,
        write_head = write_head, writeHead = write_head, add_trailers = add_trailers, addTrailers = add_trailers,
        write_continue = function() tell("writeContinue"), writeContinue = function() tell("writeContinue"),
        write = function(data) { write(data); invisible(response) }, json = json, end = end
    ))
    bind <- function(name, get, set) {
        makeActiveBinding(name, function(value) if (missing(value)) get() else set(value), response)
    }
    bind("status", function() status, status)
    lapply(c("status_code", "statusCode"), bind, function() code, status)
    lapply(c("status_message", "statusMessage"), bind, function() message, status_message)
}
