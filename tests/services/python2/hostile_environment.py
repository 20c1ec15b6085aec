import os

for name in ("PATH", "LD_PRELOAD", "BASH_ENV", "https_proxy", "IFS"):
    print "%s=%s" % (name, os.environ.get(name, ""))
