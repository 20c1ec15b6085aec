import sys

print hook.params.a, hook.params.b, sys.stdin.read()
