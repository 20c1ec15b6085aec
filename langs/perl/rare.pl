# What few requests need: the escapes of JSON, and uploaded files.
package StackBridge;

BEGIN { ${^WARNING_BITS} = '' }

# What escapes stand for, and the two characters that decode() puts in the place of two of them.
my %characters = (
    '\b' => "\b", '\f' => "\f", '\n' => "\n", '\r' => "\r", '\t' => "\t", '\/' => '/', "\x01" => '\\', "\x02" => '"',
);

# Puts the characters of a JSON string in the place of its escapes.
sub unescape {
    $_[0] =~ s/(\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|[\x01\x02])/$characters{$1} || utf8_of($1)/ge;
}

# The character of an escape, or of the two that are a surrogate pair.
sub utf8_of {
    my ($first, $second) = map { hex } $_[0] =~ /u(....)/g;
    my $character = chr(defined $second ? 0x10000 + ($first - 0xD800) * 0x400 + $second - 0xDC00 : $first);
    utf8::encode($character);
    return $character;
}

# The uploaded files among the parameters, each under its place. What fields or JSON imitate has no path of a real one.
sub uploads {
    my ($paths, $params, $before, $after) = @_;
    my $list = ref $params eq 'ARRAY';
    return map {
        my ($place, $value) = ("$before$_$after", $list ? $params->[$_] : $params->{$_});
        !ref $value ? ()
            : ref $value eq 'HASH' && exists $paths->{$place} && $value->{path} eq $paths->{$place} ? ($place => $value)
            : uploads($paths, $value, $place . '[', ']');
    } $list ? 0 .. $#$params : keys %$params;
}

1;
