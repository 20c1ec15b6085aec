; Does nothing.
