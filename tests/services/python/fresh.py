import builtins
import os

builtins.count = getattr(builtins, "count", 0) + 1
print(count, os.getpid(), end="")
