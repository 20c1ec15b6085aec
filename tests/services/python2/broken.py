# The third line does not parse.
begun = 1
broken = = 2
