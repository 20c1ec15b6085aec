import sys

hook.log("a", "log", 5)
print("an error", file=sys.stderr)
print("body")
