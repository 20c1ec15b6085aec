# stack ./clock.R
# curl 'http://127.0.0.1:3000/?count=3'

count <- hook$params$count
if (is.null(count)) count <- "10"

if (grepl("^[0-9]{1,6}$", count)) {
    for (tick in seq_len(as.integer(count))) {
        if (tick > 1) Sys.sleep(0.5)
        cat(format(Sys.time(), "%H:%M:%S"), "\n", sep = "")
    }
} else {
    hook$res$status(400)$end("count is a number up to 999999")
}
