# Turns text to upper case, each line as it arrives.
#
# echo hi | stack pipe ./upper.py

import sys

for line in sys.stdin:
    print(line.upper(), end="")
