# Reads the request, and gives a script `hook`: evaluated by bridge.R in an environment of its own.

stack <- environment()
folder <- dirname(commandArgs()[[match("-f", commandArgs()) + 1L]])
sys.source(file.path(folder, "response.R"), stack)
sys.source(file.path(folder, "packages.R"), stack)
compiling <- 0L
# A place on the search path that `rm(list = ls())` does not reach; packages come before it.
visible <- .AutoloadEnv

# The request

# Maps are lists whose `$` takes whole names only: a parameter is not found by the beginning of its name.
map <- function(values, names) {
    structure(as.list(values), names = names, class = c("hook_map", "list"))
}

register <- function() {
    registerS3method("$", "hook_map", function(x, name) .subset2(x, name), baseenv())
    registerS3method("print", "hook_map", function(x, ...) { print(unclass(x), ...); invisible(x) }, baseenv())
    registerS3method("[[", "hook", function(x, name) get0(name, x, inherits = FALSE, ifnotfound = x$params[[name]]),
                     baseenv())
    registerS3method("print", "hook", function(x, ...) { print(as.list.environment(x), ...); invisible(x) }, baseenv())
}

# Reads the document, and waits for as long as there is none. Each line is a name, a tab and a value.
receive <- function() {
    document <- file(Sys.getenv("STACK_REQUEST", "/dev/fd/4"), "rb", raw = TRUE)
    lines <- readLines(document, warn = FALSE, encoding = "UTF-8")
    close(document)
    Sys.unsetenv("STACK_REQUEST")
    if (length(lines) == 0L) quit(save = "no", status = 1L)
    tab <- regexpr("\t", lines, fixed = TRUE)
    list(unescape(substr(lines, 1L, tab - 1L)), unescape(substring(lines, tab + 1L)))
}

unescape <- function(values) {
    escaped <- grepl("\\", values, fixed = TRUE)
    values[escaped] <- Reduce(unescape_one, c("n", "t", "r"), values[escaped])
    values[escaped] <- gsub("\\\\", "\\", values[escaped], fixed = TRUE)
    values
}

# A backslash behind an even number of others.
unescape_one <- function(values, letter) {
    gsub(paste0("(?<!\\\\)((?:\\\\\\\\)*+)\\\\", letter), paste0("\\1", controls[[letter]]), values, perl = TRUE)
}

controls <- c(n = "\n", t = "\t", r = "\r", b = "\b", f = "\f")

section <- function(pairs, prefix) {
    mine <- startsWith(pairs[[1L]], prefix)
    map(pairs[[2L]][mine], substring(pairs[[1L]][mine], nchar(prefix) + 1L))
}

request <- function(pairs, params) {
    fields <- section(pairs, "req.")
    nested <- grepl("^(headers|connection)[.]", names(fields))
    fields <- fields[!nested]
    fields["deadline"] <- list(if (nzchar(fields[["deadline"]])) as.numeric(fields[["deadline"]]))
    fields$headers <- section(pairs, "req.headers.")
    fields$connection <- section(pairs, "req.connection.")
    fields$params <- params
    map(fields, names(fields))
}

accept <- function(pairs) {
    variables <- section(pairs, "env.")
    if (length(variables)) do.call(Sys.setenv, variables)
    hook <- structure(new.env(), class = "hook")
    hook$params <- section(pairs, "params.")
    hook$req <- hook$input <- request(pairs, hook$params)
    hook$files <- section(pairs, "files.")
    hook$res <- response
    hook$log <- log
    hook$service <- section(pairs, "service.")
    delayedAssign("env", { all <- Sys.getenv(); map(all, names(all)) }, assign.env = hook)
    list2env(list(hook = hook, Hook = hook, service = hook, input = hook$req), visible)
}

# The script

replace <- function(name, value) {
    unlockBinding(name, baseenv())
    assign(name, value, baseenv())
    lockBinding(name, baseenv())
}

# What the script would see if R had been given it, and not the bridge.
pretend <- function() {
    given <- commandArgs()
    words <- c(given[seq_len(match("-f", given) - 1L)], paste0("--file=", path))
    if (length(own) > 0L) words <- c(words, "--args", own)
    replace("commandArgs", function(trailingOnly = FALSE) if (trailingOnly) own else words)
    Sys.unsetenv(c("R_DEFAULT_PACKAGES", "R_ENABLE_JIT"))
}

compile <- function() {
    lines <- readLines(path, warn = FALSE, encoding = "UTF-8")
    tryCatch(parse(text = lines, srcfile = srcfilecopy(path, lines, isFile = TRUE), encoding = "UTF-8"),
             error = function(error) give_up(paste("Error:", conditionMessage(error))))
}

give_up <- function(reason, trace = character()) {
    writeLines(c(reason, trace), stderr())
    report(reason)
}

report <- function(reason) {
    tell("error", sprintf('{"error":%s}', quoted(gsub("\\s+", " ", trimws(reason)))))
    quit(save = "no", status = 1L, runLast = FALSE)
}

# After R has printed an uncaught error: where it came from, as traceback() shows it.
fail <- function() {
    stack$complete <- FALSE
    calls <- sys.calls()
    last <- length(calls) - 1L
    ours <- vapply(seq_len(last), function(frame) identical(environment(sys.function(frame)), stack), NA)
    shown <- which(!ours)
    writeLines(rev(vapply(shown, function(frame) trace_line(frame, calls[[frame]]), "")), stderr())
    report(geterrmessage())
}

trace_line <- function(frame, call) {
    place <- attr(call, "srcref")
    if (is.null(place) && frame == 1L) place <- attr(script, "srcref")[[current]]
    where <- if (!is.null(place)) paste0(" at ", basename(attr(place, "srcfile")$filename), "#", place[[1L]])
    paste0(frame, ": ", substr(deparse(call, nlines = 1L)[[1L]], 1L, 100L), where)
}

# Prints the warnings of one expression when it is done, as R does; R believes that this follows an error, and says so.
show_warnings <- function() {
    before <- sink.number("message")
    sink(caught, type = "message")
    .Internal(printDeferredWarnings())
    sink(if (before > 2L) getConnection(before), type = "message")
    if (length(warned) > shown) pass_warnings(warned)
}

pass_warnings <- function(lines) {
    seen <- length(lines)
    message(paste0(sub("^In addition: ", "", lines[(shown + 1L):seen]), collapse = "\n"))
    stack$shown <- seen
}

# The next expression of the script becomes a promise: forced at top level, it has no frame of the bridge around it.
advance <- function() {
    if (current > 0L) show_warnings() else if (compiling > 0L) .Internal(enableJIT(compiling))
    stack$current <- current + 1L
    if (current > length(script)) return(FALSE)
    do.call(delayedAssign, list(".expression", script[[current]], globalenv(), visible))
    TRUE
}

# Output that a child process still holds would be lost, and which processes are left cannot be told.
finish <- function(stack) {
    if (stack$complete && stack$is_alone) tell("end")
}

path <- commandArgs(TRUE)[[1L]]
own <- commandArgs(TRUE)[-1L]
owners <- character()
current <- 0L
caught <- textConnection("warned", "w", local = TRUE)
shown <- 0L
complete <- FALSE
assign(".stack", stack, visible)
# Without UTF-8, R would print <U+00E9>.
if (!l10n_info()[["UTF-8"]]) suppressWarnings(Sys.setlocale("LC_CTYPE", "C.UTF-8"))
script <- compile()
pretend()
define()
register()
promise_packages()
attach_ahead()
load_ahead()
# A process that was forked from this one needs a folder of its own.
unlink(tempdir(), recursive = TRUE)
pairs <- receive()
tempdir(check = TRUE)
# And random numbers of its own, should a package have asked for some.
suppressWarnings(rm(".Random.seed", envir = globalenv()))
accept(pairs)
options(error = quote(.stack$fail()), showErrorCalls = FALSE)
reg.finalizer(stack, finish, onexit = TRUE)
