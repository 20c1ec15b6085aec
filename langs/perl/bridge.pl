# Gives a script of Perl its request, as $hook, %Hook, $Hook_params_foo and some more.
#
# Perl loads this file ahead of the script, as it loads a module that `-M` names, and runs the script as its main
# program. So $0, __FILE__, DATA, FindBin, caller, BEGIN blocks and every message are those of the script alone. The
# request is read in an INIT block: when the script has been compiled, and before its first statement runs.
#
# Texts are bytes: names and values are the UTF-8 that came, so that they can be printed as they are. A script that
# wants characters says `utf8::decode($value)`, and says too in which encoding it prints.
#
# Neither strict nor warnings are loaded: the two take longer than all the rest of this. What follows is all that
# `no warnings` does.
package StackBridge;

BEGIN { ${^WARNING_BITS} = '' }

our $folder = __FILE__ =~ m{^(.*)/}s ? $1 : '.';
our $hook = bless {}, 'StackBridge::Hook';
our $request = bless {}, 'StackBridge::Fields';
our (%flat, $process, $reason, $control, $complete);

@INC = grep { $_ ne __FILE__ } @INC;
$| = 1;

# A variable that another package puts into `main` needs no declaration there under `use strict`.
for my $name (qw(hook Hook service)) {
    *{"main::$name"} = \$hook;
    *{"main::$name"} = $hook;
}
*main::input = \$request;
*main::input = $request;
if (open my $script, '<:raw', $0) {
    read $script, my $text, -s $script;
    name($1) while $text =~ /\b[Hh]ook_params_(\w+)/ga;
}

INIT {
    receive();
    # A handler of the script's own takes its place; what an eval catches is no reason to fail.
    $SIG{__DIE__} = sub { $reason = $_[0] if defined $^S && !$^S } unless $SIG{__DIE__};
    # An uncaught error makes it the exit status.
    $! = 0;
}

# The script's own END blocks have run before this one.
END {
    my $status = $?;
    finish($status) if defined $process && $process == $$;
    $? = $status;
}

# $Hook_params_NAME and $hook_params_NAME, which are the same variable.
sub name {
    my ($name) = @_;
    *{"main::Hook_params_$name"} = *{"main::hook_params_$name"} = \$flat{$name};
}

# Waits for the request; from here on everything is the script's.
sub receive {
    my $place = delete $ENV{STACK_REQUEST};
    $place = '/dev/fd/4' unless defined $place;
    open my $stream, '<:raw', $place or die "$place: $!";
    my $document = '';
    1 while read $stream, $document, 1 << 16, length $document;
    close $stream;
    if ($document eq '') {
        require POSIX;
        POSIX::_exit(1);
    }
    if ($place =~ m{^/dev/fd/(\d+)$} and open my $inherited, '<&=', $1) {
        close $inherited;
    }
    $process = $$;
    publish(decode($document));
}

sub publish {
    my ($document) = @_;
    my ($env, $req, $params) = @$document{qw(env req params)};
    index($env->{$_}, "\0") < 0 and $ENV{$_} = $env->{$_} for keys %$env;
    bless $req->{connection}, 'StackBridge::Fields';
    %$request = (%$req, params => $params);
    %$hook = (
        params => $params,
        env => \%ENV,
        req => $request,
        input => $request,
        res => bless({ code => 200 }, 'StackBridge::Response'),
        service => bless($document->{service}, 'StackBridge::Fields'),
        files => {},
        log => sub { $hook->log(@_) },
    );
    if (($req->{headers}{'content-type'} || '') =~ m{^multipart/form-data}i) {
        load('rare');
        %{ $hook->{files} } = uploads($params, '', '');
    }
    while (my ($name, $value) = each %{ $document->{flat} }) {
        name($name);
        $flat{$name} = $value;
    }
}

# Bits that exclude each other are 0 for a number, and NULs for a text.
sub is_number {
    my ($value) = @_;
    return !ref $value && $value =~ /^[\x00-\x7f]+$/ && ($value ^ $value) eq '0';
}

# Reads JSON, in one pass over its tokens. A number that Perl would print otherwise stays the text that it was, and
# keeps its digits.
sub decode {
    my ($text) = @_;
    # Strings have no control characters, so that these two can stand for what would hide where a string ends.
    $text =~ s/\\\\/\x01/g;
    $text =~ s/\\"/\x02/g;
    my %words = (true => 1, false => 0, null => undef);
    my $container = my $whole = [];
    my (@outer, $key, $value);
    for my $token ($text =~ /"[^"]*"|[\[\]{}]|[^\s,:"\[\]{}]+/g) {
        my $first = substr $token, 0, 1;
        if ($first eq '"') {
            $value = substr $token, 1, -1;
            load('rare'), unescape($value) if $value =~ tr/\\\x01\x02//;
        } elsif ($first eq '{') {
            $value = {};
        } elsif ($first eq '[') {
            $value = [];
        } elsif ($first eq '}' || $first eq ']') {
            $container = pop @outer;
            next;
        } elsif (exists $words{$token}) {
            $value = $words{$token};
        } else {
            my $number = 0 + $token;
            $value = $number eq $token ? $number : $token;
        }
        if (ref $container eq 'ARRAY') {
            push @$container, $value;
        } elsif (defined $key) {
            $container->{$key} = $value;
            undef $key;
        } else {
            $key = $value;
            next;
        }
        if (ref $value) {
            push @outer, $container;
            $container = $value;
        }
    }
    return $whole->[0];
}

sub finish {
    my ($status) = @_;
    if ($status == 0) {
        complete() if flushed() && childless();
    } elsif (defined $reason) {
        load('response');
        fail($reason);
    }
}

# Flushes every handle, as Perl does before it tries to become another program; this one does not exist. With an
# unsafe PATH, taint mode forbids that.
sub flushed {
    local $SIG{__DIE__};
    return eval { exec { '' } ''; 1 };
}

# Whether there is no child left that could still write to the body.
sub childless {
    my $child;
    1 while ($child = waitpid -1, 1) > 0;
    return $child < 0;
}

# Says once that the response is complete and successful.
sub complete {
    tell_server(qq({"type":"end","payload":{}}\n)) unless $complete++;
}

# Writes lines to the server, which may have stopped listening.
sub tell_server {
    my ($lines) = @_;
    local $SIG{PIPE} = 'IGNORE';
    $control or open $control, '>&=', 3 or return;
    while ($lines ne '') {
        my $count = syswrite $control, $lines;
        return unless defined $count;
        substr $lines, 0, $count, '';
    }
}

# What not every request needs is read when the first thing does: `rare` for it, `response` to say something.
sub load {
    require "$folder/$_[0].pl";
}

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
