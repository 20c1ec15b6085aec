import shutil
import sys

file = hook.files.f
print(file.filename, file.type, file.size, sep="\n")
with open(file.path, "rb") as content:
    shutil.copyfileobj(content, sys.stdout.buffer)
