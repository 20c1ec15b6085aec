# What a script says to the server: the response's methods, and the messages that they send.
package StackBridge;

BEGIN { ${^WARNING_BITS} = '' }

load('finish');

# Perl can tell since 5.36.
my $is_boolean = UNIVERSAL::can('builtin', 'is_bool');
my %escapes = ('"' => '\"', "\\" => '\\\\', "\n" => '\n', "\r" => '\r', "\t" => '\t');

sub message {
    my ($type, $payload) = @_;
    tell_server(encode({ type => $type, payload => $payload }, '') . "\n");
}

# Says why the script failed, on one line.
sub fail {
    my ($reason) = @_;
    my ($line) = eval { split /\n/, "$reason" };
    message(error => { error => defined $line ? $line : 'an error without words' });
}

# Words with the place in the script from which the bridge was called.
sub at {
    my ($words) = @_;
    my ($depth, @place) = 0;
    do { @place = caller $depth++ } while @place && $place[0] =~ /^StackBridge\b/;
    return "$words at $place[1] line $place[2].\n";
}

# Writes JSON on one line or, when given a line break, indented by two spaces.
sub encode {
    my ($value, $newline) = @_;
    my $inner = $newline && "$newline  ";
    return 'null' unless defined $value;
    if (ref $value eq 'HASH') {
        my $colon = $newline ? ': ' : ':';
        my @items = map { quote($_) . $colon . encode($value->{$_}, $inner) } sort keys %$value;
        return @items ? "{$inner" . join(",$inner", @items) . "$newline}" : '{}';
    }
    if (ref $value eq 'ARRAY') {
        my @items = map { encode($_, $inner) } @$value;
        return @items ? "[$inner" . join(",$inner", @items) . "$newline]" : '[]';
    }
    return encode($value->TO_JSON, $newline) if ref $value && eval { $value->can('TO_JSON') };
    return $$value ? 'true' : 'false' if ref $value eq 'SCALAR' || ref $value eq 'JSON::PP::Boolean';
    die at(ref($value) . ' is nothing that JSON has') if ref $value;
    return $value ? 'true' : 'false' if $is_boolean && $is_boolean->($value);
    return quote($value) unless is_number($value);
    die at("$value is no number of JSON") unless $value - $value == 0;
    return 0 + $value;
}

# Bits that exclude each other are 0 for a number, and NULs for a text.
sub is_number {
    my ($value) = @_;
    return !ref $value && $value =~ /^[\x00-\x7f]+$/ && ($value ^ $value) eq '0';
}

sub quote {
    my $text = bytes("$_[0]");
    $text =~ s/(["\\\x00-\x1f])/$escapes{$1} || sprintf '\u%04x', ord $1/ge;
    return qq("$text");
}

# A text as UTF-8: one of characters is encoded; one of bytes is UTF-8 already, or else Latin-1.
sub bytes {
    my ($text) = @_;
    utf8::encode($text) if utf8::is_utf8($text) || !utf8::decode(my $copy = $text);
    $text =~ s/\xed[\xa0-\xbf].|\xf4[\x90-\xbf]..|[\xf5-\xff][\x80-\xbf]+/\xef\xbf\xbd/gs;
    return $text;
}

# Sends bytes as part of the body, whatever layers and separators the script has set.
sub print_bytes {
    my ($bytes) = @_;
    local ($,, $\);
    utf8::decode($bytes) if grep { $_ eq 'utf8' } PerlIO::get_layers(*STDOUT);
    print STDOUT $bytes;
    my $selected = select STDOUT;
    my $unbuffered = $|;
    $| = 1;
    $| = $unbuffered;
    select $selected;
}

package StackBridge::Response;

# Without arguments the status, otherwise it is set.
sub status {
    my ($self, $code, $message) = @_;
    return $self->{code} unless @_ > 1;
    $self->{code} = $code;
    StackBridge::message(status => { value => $code });
    $self->status_message($message) if defined $message;
    return $self;
}

sub status_message {
    my ($self, $message) = @_;
    return $self->{message} unless @_ > 1;
    StackBridge::message(statusMessage => { value => $self->{message} = $message });
    return $self;
}

sub set_header { header('setHeader', @_) }
sub append_header { header('appendHeader', @_) }

# One value, several, or a list of them.
sub header {
    my ($type, $self, $name, @values) = @_;
    $self->{typed} = 1 if lc $name eq 'content-type';
    StackBridge::message($type => { name => $name, value => texts(@values > 1 ? \@values : $values[0]) });
    return $self;
}

sub remove_header {
    my ($self, $name) = @_;
    $self->{typed} = 0 if lc $name eq 'content-type';
    StackBridge::message(removeHeader => { name => $name });
    return $self;
}

sub write_head {
    my ($self, $code, $message, $headers) = @_;
    ($message, $headers) = (undef, $message) if ref $message;
    my $fields = fields($headers);
    lc $_->[0] eq 'content-type' and $self->{typed} = 1 for @$fields;
    @$self{qw(code message)} = ($code, $message);
    StackBridge::message(writeHead => { code => $code, message => $message, headers => $fields });
    return $self;
}

sub add_trailers {
    my ($self, $trailers) = @_;
    StackBridge::message(addTrailers => { trailers => fields($trailers) });
    return $self;
}

sub write_continue {
    my ($self) = @_;
    StackBridge::message(writeContinue => {});
    return $self;
}

# Sends texts or bytes at once; characters are encoded as UTF-8.
sub write {
    my ($self, @data) = @_;
    for my $data (@data) {
        utf8::encode($data) if utf8::is_utf8($data);
        StackBridge::print_bytes($data);
    }
    return $self;
}

# Sends a value as indented JSON, under a type of its own unless there is one already. \1 and \0 are true and false.
sub json {
    my ($self, $value) = @_;
    my $text = StackBridge::encode($value, "\n") . "\n";
    $self->set_header('Content-Type', 'application/json') unless $self->{typed};
    StackBridge::print_bytes($text);
    return $self;
}

# Sends the last of the body with a line break after it, and ends the script. What its END blocks print comes too late.
sub end {
    my ($self, @data) = @_;
    $self->write(@data, "\n") if @data;
    $self->write('');
    StackBridge::complete();
    open STDOUT, '>', '/dev/null';
    exit 0;
}

# Names and values, given as a table or as a list of pairs.
sub fields {
    my ($headers) = @_;
    my @pairs = ref $headers eq 'HASH' ? map { [$_, $headers->{$_}] } sort keys %$headers : @{ $headers || [] };
    return [map { ["$_->[0]", texts($_->[1])] } @pairs];
}

sub texts {
    my ($value) = @_;
    return ref $value eq 'ARRAY' ? [map { "$_" } @$value] : "$value";
}

*statusCode = *status_code = \&status;
*statusMessage = \&status_message;
*setHeader = \&set_header;
*appendHeader = \&append_header;
*removeHeader = \&remove_header;
*writeHead = \&write_head;
*addTrailers = \&add_trailers;
*writeContinue = \&write_continue;

1;
