while (my ($name, $value) = each %{ $hook->{params} }) {
    print length $name, ":$name", length $value, ":$value";
}
