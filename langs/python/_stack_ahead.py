"""Imports what a script imports at its top level, while its request is still to come.

In a process that serves one request, only modules of Python's own; in one that is forked for each request, installed
packages too.
"""
import gc
import os
import sys
from importlib.machinery import PathFinder

ONLY_THE_TREE = 0x400  # ast.PyCF_ONLY_AST, without the module.
# What these do when they are imported is all that they are for.
NEVER = {"antigravity", "this"}
PACKAGES = "site-packages", "dist-packages"


def load(path, way, scan, *names):
    """Imports them; what fails is left to the script."""
    if scan == "scan":
        scan_script(path, is_installed if way == "fork" else is_own)
    for name in names:
        try:
            __import__(name)
        except Exception as error:
            print(f"{name} cannot be loaded ahead: {error!r}", file=sys.stderr)


def fork():
    """Returns in forks alone. Each call of os.fork waits for a request; Python knows its forks, and so do the modules
    that asked to.
    """
    sys.stdout.flush()
    # Of what is never looked at again no fork needs a copy.
    gc.collect()
    gc.freeze()
    # This is there where fork waits, and nowhere else.
    os.close(os.open("/dev/stack/forks", os.O_RDONLY))
    while os.fork():
        pass
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()


def scan_script(path, allowed):
    """Imports what the script names in the statements of its top level."""
    with open(path, "rb") as file:
        tree = compile(file.read(), path, "exec", ONLY_THE_TREE, dont_inherit=True)
    for statement in tree.body:
        kind = type(statement).__name__
        if kind == "Import":
            for alias in statement.names:
                bring(alias.name, allowed)
        elif kind == "ImportFrom" and not statement.level:
            bring(statement.module, allowed, [alias.name for alias in statement.names if alias.name != "*"])


def bring(name, allowed, names=()):
    root = name.partition(".")[0]
    if root in sys.modules and root == name and not names:
        return
    if root not in NEVER and allowed(root):
        try:
            __import__(name, fromlist=names)
        except Exception:
            pass


def is_own(name):
    """Whether that is a module of Python's own, and not one that the script's folder has in its place."""
    if name in sys.builtin_module_names:
        return True
    if name not in getattr(sys, "stdlib_module_names", ()):
        return False
    return origin(name).startswith(os.path.dirname(os.__file__))


def is_installed(name):
    """Whether that is Python's own or a package, and not a part of the program that the script is."""
    place = origin(name)
    return (
        name in sys.builtin_module_names
        or any(f"/{folder}/" in place for folder in PACKAGES)
        or (place != "" and not place.startswith(os.path.join(sys.path[0], "")))
    )


def origin(name):
    found = PathFinder.find_spec(name)
    return (found and (found.origin or "".join((found.submodule_search_locations or [])[:1]))) or ""
