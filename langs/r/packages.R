# The default packages, each attached when the script first uses it.

# In the order of the search path.
defaults <- c("stats", "graphics", "grDevices", "utils", "datasets", "methods")

# Every name that a default package has becomes a promise, which attaches that package when it is first used. It
# stands behind all packages, so that what the script attaches itself comes before it.
promise_packages <- function() {
    options(defaultPackages = rev(defaults))
    for (package in defaults) {
        names <- package_names(file.path(.Library, package))
        for (name in names) .Internal(delayedAssign(name, call("use", name, package), stack, visible))
        owners[names] <<- package
    }
}

package_names <- function(place) {
    data <- file.path(place, "data", "Rdata.rdx")
    c(readRDS(file.path(place, "Meta", "nsInfo.rds"))$exports, if (file.exists(data)) names(readRDS(data)$variables))
}

use <- function(name, package) {
    attach_package(package)
    get(name, paste0("package:", package))
}


attach_package <- function(package) {
    attached <- search()
    if (paste0("package:", package) %in% attached) return()
    later <- c(paste0("package:", defaults[-seq_len(match(package, defaults))]), "Autoloads")
    attachNamespace(package, pos = min(match(later, attached), na.rm = TRUE))
}

# Attaches what the script calls by name before there is a request, which would wait for it otherwise.
attach_ahead <- function() {
    names <- all.names(script, unique = TRUE)
    called <- setdiff(names, all.names(script, functions = FALSE, unique = TRUE))
    wanted <- if (any(called %in% looks_around)) defaults else owners[called]
    for (package in rev(intersect(defaults, wanted))) attach_package(package)
    if (any(c("function", "for", "while", "repeat") %in% names)) load_compiler()
    stack$is_alone <- !any(names %in% starts_others)
}

# Loads the packages that are named to a process that waits, and where forks will share them those of the script too.
load_ahead <- function() {
    words <- strsplit(Sys.getenv("STACK_AHEAD"), " ", fixed = TRUE)[[1L]]
    Sys.unsetenv("STACK_AHEAD")
    if (length(words) == 0L) return()
    scripts <- if (identical(words[1:2], c("fork", "scan"))) packages_of_script() else character()
    for (package in scripts) try(loadNamespace(package), silent = TRUE)
    for (package in words[-(1:2)]) {
        tryCatch(loadNamespace(package), error = function(error) {
            message(package, " cannot be loaded ahead: ", conditionMessage(error))
        })
    }
}

packages_of_script <- function() {
    attaches <- function(call) {
        is.call(call) && length(call) > 1L && as.character(call[[1L]])[[1L]] %in% c("library", "require")
    }
    vapply(Filter(attaches, as.list(script)), function(call) as.character(call[[2L]])[[1L]], "")
}

# R compiles what runs long when the script begins, and not yet the bridge. To say 0 would load the compiler too.
load_compiler <- function() {
    stack$compiling <- 3L
    .Internal(enableJIT(3L))
    .Internal(enableJIT(0L))
}

# Functions to which it matters what is attached.
looks_around <- c("search", "searchpaths", "sessionInfo", ".packages", "loadedNamespaces", "data", "detach",
                  "apropos", "find", "getAnywhere", "conflicts")
# Functions that start processes, or that run code which has not been seen.
starts_others <- c("system", "system2", "pipe", "eval", "source", "sys.source", "get", "mget", "match.fun", "do.call",
                   "library", "require", "loadNamespace", "requireNamespace", "::", ":::")
