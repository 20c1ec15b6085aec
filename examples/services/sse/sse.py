# Server-sent events, and the page that shows them.
#
# stack ./sse.py, then open http://127.0.0.1:3000/
# curl --no-buffer -H 'Accept: text/event-stream' http://127.0.0.1:3000/

import time
from itertools import count
from pathlib import Path


def send_page():
    hook.res.set_header("Content-Type", "text/html; charset=utf-8")
    print(Path(__file__).with_name("index.html").read_text())


# The stream ends when the browser leaves: that ends this process.
def send_events():
    hook.res.set_header("Content-Type", "text/event-stream")
    hook.res.set_header("Cache-Control", "no-cache")
    last = hook.req.headers.get("last-event-id", "")
    for number in count(int(last) + 1 if last.isdecimal() and len(last) < 10 else 1):
        hook.res.write(f"id: {number}\ndata: {time.strftime('%H:%M:%S')}\n\n")
        time.sleep(1)


if "text/event-stream" in hook.req.headers.get("accept", ""):
    send_events()
else:
    send_page()
