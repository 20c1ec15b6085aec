"""Starts a service of Python 2. The work stands in _stack.py, which Python compiles once and not at every start."""
import sys

folder = __file__.rpartition("/")[0]
wish = sys.dont_write_bytecode
sys.dont_write_bytecode = False
sys.path.insert(0, folder)
import _stack

sys.dont_write_bytecode = wish
sys.exit(_stack.main(folder))
