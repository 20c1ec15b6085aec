# stack ./echo.R
# curl 'http://127.0.0.1:3000/?foo=bar'

cat("Hello, this is an R script.\n")
cat("hook$params is:\n")
print(hook$params)
