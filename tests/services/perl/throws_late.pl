# An error after the first byte of output.
sub fail {
    die 'the reason';
}

print "before\n";
fail();
