import time

print(1)
time.sleep(0.5)
print(2)
time.sleep(0.5)
print(3)
