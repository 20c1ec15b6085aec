import sys

for line in iter(sys.stdin.readline, ""):
    print "got", line.rstrip("\n")
