my $block = "0123456789abcde\n" x 4096;
print $block for 1 .. 100 * 1024 * 1024 / length $block;
