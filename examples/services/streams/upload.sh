# Reports the progress of an upload while it arrives.
#
# stack ./upload.sh
# curl --no-buffer --upload-file movie.mp4 http://127.0.0.1:3000/

received=0
# Bash cannot hold a NUL, so other programs touch the bytes: each dd takes what has arrived.
while arrived=$(dd bs=1M count=1 2>/dev/null | wc -c) && ((arrived > 0)); do
    ((received += arrived))
    echo "$received bytes"
done
echo "received $received bytes"
