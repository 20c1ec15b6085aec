# The third line does not parse.
begun = 1
broken = = begun
