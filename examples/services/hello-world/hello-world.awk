# stack ./hello-world.awk
# curl http://127.0.0.1:3000/

BEGIN { print "hello world" }
