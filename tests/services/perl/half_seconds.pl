for my $number (1 .. 3) {
    select undef, undef, undef, 0.5 if $number > 1;
    print "$number\n";
}
