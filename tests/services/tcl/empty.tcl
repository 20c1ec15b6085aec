# Nothing is a program too.
