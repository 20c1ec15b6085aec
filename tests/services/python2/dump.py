import sys

for name, value in hook["params"].items():
    sys.stdout.write("%d:%s%d:%s" % (len(name), name, len(value), value))
