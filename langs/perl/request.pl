# What the request says: loaded when there is something to be told, or when the script asks.
package StackBridge;

BEGIN { ${^WARNING_BITS} = '' }

our ($document, %hook, %request, %flat);

# Does what the script called first. In a BEGIN block there is no request yet, and nothing to be found.
sub answer {
    my $self = shift;
    my ($method) = $StackBridge::Late::AUTOLOAD =~ /(\w+)$/;
    return unless defined $document;
    publish();
    return $self->$method(@_);
}

# Gives the script everything before its first statement runs.
sub receive {
    if ($document eq '') {
        require POSIX;
        POSIX::_exit(1);
    }
    my ($env, $flat) = @{ publish() }{qw(env flat)};
    index($env->{$_}, "\0") < 0 and $ENV{$_} = $env->{$_} for keys %$env;
    while (my ($name, $value) = each %$flat) {
        name($name);
        $flat{$name} = $value;
    }
}

# Fills what is behind the two hashes. They stay tied, since a script may be in the middle of walking through one.
sub publish {
    my $whole = decode($document);
    undef $document;
    my ($hook, $request) = map { bless tied %$_, 'StackBridge::Table' } \%hook, \%request;
    bless \%hook, 'StackBridge::Hook';
    bless \%request, 'StackBridge::Fields';
    my ($params, $req, $files) = @$whole{qw(params req files)};
    bless $req->{connection}, 'StackBridge::Fields';
    %$request = (%$req, params => $params);
    if (%$files) {
        load('rare');
        $files = { uploads($files, $params, '', '') };
    }
    %$hook = (
        params => $params,
        env => \%ENV,
        req => \%request,
        input => \%request,
        res => bless({ code => 200 }, 'StackBridge::Response'),
        service => bless($whole->{service}, 'StackBridge::Fields'),
        files => $files,
        log => sub { StackBridge::Hook->log(@_) },
    );
    return $whole;
}

# Declares the parameters that the script mentions, ahead of its compiling.
sub declare {
    my $text = contents($0);
    name($1) while $text =~ /\b[Hh]ook_params_(\w+)/ga;
}

# $Hook_params_NAME and $hook_params_NAME, which are the same variable.
sub name {
    my ($name) = @_;
    *{"main::Hook_params_$name"} = *{"main::hook_params_$name"} = \$flat{$name};
}

# Reads JSON, of which every second piece between two quotes is a string.
sub decode {
    my ($text) = @_;
    my $escaped = index($text, '\\') >= 0;
    if ($escaped) {
        # Strings have no control characters, so that these two can stand for what would hide where a string ends.
        $text =~ s/\\\\/\x01/g;
        $text =~ s/\\"/\x02/g;
        load('rare');
    }
    my @pieces = split /"/, $text, -1;
    my ($items, @outer) = [];
    while (my ($structure, $string) = splice @pieces, 0, 2) {
        if ($structure ne ':' && $structure ne ',') {
            for my $token ($structure =~ /[][{}]|[^][{}:,\s]+/g) {
                if ($token eq '{' || $token eq '[') {
                    push @outer, $items;
                    $items = [];
                } elsif ($token eq '}' || $token eq ']') {
                    my $value = $token eq '}' ? {@$items} : $items;
                    push @{ $items = pop @outer }, $value;
                } else {
                    push @$items, value_of($token);
                }
            }
        }
        unescape($string) if $escaped && $string =~ tr/\\\x01\x02//;
        push @$items, $string;
    }
    return $items->[0];
}

# A number that Perl would print otherwise stays the text that it was, and keeps its digits.
sub value_of {
    my ($token) = @_;
    return undef if $token eq 'null';
    return $token eq 'true' ? 1 : 0 if $token eq 'true' || $token eq 'false';
    my $number = 0 + $token;
    return $number eq $token ? $number : $token;
}

# What is behind the two hashes that a script sees.
package StackBridge::Table;

sub FETCH { $_[0]{$_[1]} }
sub STORE { $_[0]{$_[1]} = $_[2] }
sub EXISTS { exists $_[0]{$_[1]} }
sub DELETE { delete $_[0]{$_[1]} }
sub CLEAR { %{ $_[0] } = () }
sub FIRSTKEY { keys %{ $_[0] }; each %{ $_[0] } }
sub NEXTKEY { each %{ $_[0] } }
sub SCALAR { scalar %{ $_[0] } }

# Tables whose entries are methods as well, in Perl's spelling too: http_version is httpVersion.
package StackBridge::Fields;

sub AUTOLOAD {
    my ($self) = @_;
    my ($name) = our $AUTOLOAD =~ /(\w+)$/;
    (my $other = $name) =~ s/_([a-z])/\U$1/g;
    exists $self->{$_} and return $self->{$_} for $name, $other;
    StackBridge::load('response');
    die StackBridge::at(qq(nothing here is named "$name"));
}

sub DESTROY { }

package StackBridge::Hook;

our @ISA = 'StackBridge::Fields';

sub log {
    shift;
    StackBridge::load('response');
    StackBridge::message(log => { text => join ' ', map { StackBridge::bytes($_) } @_ });
}

package StackBridge::Response;

sub AUTOLOAD {
    my $method = our $AUTOLOAD;
    my ($name) = $method =~ /(\w+)$/;
    StackBridge::load('response');
    goto &$method if defined &$method;
    die StackBridge::at(qq(a response has no method "$name"));
}

sub DESTROY { }

1;
