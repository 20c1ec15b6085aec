# stack ./status.R
# curl -i 'http://127.0.0.1:3000/?code=418'

code <- hook$params$code
hook$res$status(if (is.null(code)) 404 else code)
hook$res$set_header("X-Service", "status")
cat("as you asked\n")
