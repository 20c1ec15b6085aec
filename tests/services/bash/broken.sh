# The third line is no bash.
greeting=hello
if then fi
