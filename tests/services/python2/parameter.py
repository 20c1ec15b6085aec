import sys

sys.stdout.write(hook["params"]["v"])
