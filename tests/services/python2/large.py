import sys

block = "0123456789abcde\n" * 4096
for _ in xrange(1600):
    sys.stdout.write(block)
