# The third line is no Python.
greeting = "hello"
answer = = greeting
