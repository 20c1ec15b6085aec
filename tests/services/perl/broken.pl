# The third line does not parse.
print "never printed\n";
print );
