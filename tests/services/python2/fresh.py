import os
import sys

counter = globals().get("counter", 0) + 1
sys.stdout.write("%d %d" % (counter, os.getpid()))
