import time

for second in (1, 2, 3):
    if second > 1:
        time.sleep(0.5)
    print second
