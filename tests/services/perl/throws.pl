# An error that nothing catches.
sub fail {
    die 'the reason';
}

fail();
