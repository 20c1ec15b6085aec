# Reports the progress of an upload while it arrives.
#
# stack ./upload.py
# curl --no-buffer --upload-file movie.mp4 http://127.0.0.1:3000/

import sys

total = int(hook.req.headers.get("content-length", 0))
received = 0
shown = None
while chunk := sys.stdin.buffer.read1(1 << 16):
    received += len(chunk)
    progress = f"{100 * received // total} %" if total else f"{received} bytes"
    if progress != shown:
        print(progress)
    shown = progress
print(f"received {received} bytes")
