while (my $line = <STDIN>) {
    chomp $line;
    print "got $line\n";
}
