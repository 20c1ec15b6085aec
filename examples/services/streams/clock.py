# stack ./clock.py
# curl 'http://127.0.0.1:3000/?count=3'

import time

count = str(hook.params.get("count", 10))
if count.isdecimal() and len(count) < 7:
    for tick in range(int(count)):
        if tick > 0:
            time.sleep(0.5)
        print(time.strftime("%H:%M:%S"))
else:
    hook.res.status(400).end("count is a number up to 999999")
