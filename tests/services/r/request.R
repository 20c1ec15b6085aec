req <- hook$req
writeLines(c(
    req$method, req$url, req$path, req$query, req$headers$`x-a`, req$host, req$httpVersion,
    req$connection$remoteAddress, req$id, format(req$deadline, scientific = FALSE), hook$params$a
))
