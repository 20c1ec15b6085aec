# stack ./clock.py
# curl 'http://127.0.0.1:3000/?count=3'

import time

count = int(hook.params.get("count", 10))
for tick in range(count):
    if tick > 0:
        time.sleep(0.5)
    print(time.strftime("%H:%M:%S"))
