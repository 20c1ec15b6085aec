import shutil
import sys

f = hook.files.f
print f.filename
print f.type
print f.size
with open(f.path, "rb") as upload:
    shutil.copyfileobj(upload, sys.stdout)
