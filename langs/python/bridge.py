"""Starts a service of Python. The work stands in _stack.py, which Python compiles once and not at every start."""
import sys

folder = __file__.rpartition("/")[0]
wishes = sys.dont_write_bytecode, sys.pycache_prefix
sys.dont_write_bytecode, sys.pycache_prefix = False, None
sys.path.insert(0, folder)
import _stack

sys.dont_write_bytecode, sys.pycache_prefix = wishes
sys.exit(_stack.main(folder))
