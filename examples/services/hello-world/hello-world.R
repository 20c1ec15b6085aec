# stack ./hello-world.R
# curl http://127.0.0.1:3000/

cat("hello world\n")
