# stack ./hello-world.sh
# curl http://127.0.0.1:3000/

echo "hello world"
