# The third line does not parse.
BEGIN { print "never" }
BEGIN { x = = 5 }
