my $body = do { local $/; <STDIN> };
print "$hook->{params}{a} $hook->{params}{b} $body\n";
