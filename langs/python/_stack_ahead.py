"""Imports the modules of Python's own that a script imports at its top level, while its request is still to come."""
import os
import sys
from importlib.machinery import PathFinder

ONLY_THE_TREE = 0x400  # ast.PyCF_ONLY_AST, without the module.
# What these do when they are imported is all that they are for.
NEVER = {"antigravity", "this"}


def load(path):
    """Imports them; what fails is left to the script."""
    with open(path, "rb") as file:
        tree = compile(file.read(), path, "exec", ONLY_THE_TREE, dont_inherit=True)
    for statement in tree.body:
        kind = type(statement).__name__
        if kind == "Import":
            for alias in statement.names:
                bring(alias.name)
        elif kind == "ImportFrom" and not statement.level:
            bring(statement.module, [alias.name for alias in statement.names if alias.name != "*"])


def bring(name, names=()):
    root = name.partition(".")[0]
    if root in sys.modules and root == name and not names:
        return
    if root not in NEVER and is_own(root):
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
    found = PathFinder.find_spec(name)
    return found is not None and (found.origin or "").startswith(os.path.dirname(os.__file__))
