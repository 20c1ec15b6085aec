import sys

block = b"0123456789abcde\n" * 4096
for _ in range(1600):
    sys.stdout.buffer.write(block)
