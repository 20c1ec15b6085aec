for my $name (qw(PATH LD_PRELOAD BASH_ENV https_proxy IFS)) {
    print "$name=", $ENV{$name} // '', "\n";
}
