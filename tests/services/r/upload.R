params <- hook$params
writeLines(c(params[["f[filename]"]], params[["f[type]"]], params[["f[size]"]]))
path <- hook$files[["f"]]
hook$res$write(readBin(path, "raw", file.size(path)))
