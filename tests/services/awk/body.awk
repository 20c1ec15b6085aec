# Copies the body, which is awk's own input, line by line.
{ print }
