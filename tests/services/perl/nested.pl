my $params = $hook->{params};
print "$params->{a}{b}\n";
print "$_\n" for @{ $params->{l} };
