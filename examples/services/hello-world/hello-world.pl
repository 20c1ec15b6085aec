# stack ./hello-world.pl
# curl http://127.0.0.1:3000/

print "hello world\n";
