# Gives a script of Perl its request, as $hook, %Hook, $Hook_params_foo and some more.
#
# Perl loads this file ahead of the script, as it loads a module that `-M` names, and runs the script as its main
# program. So $0, __FILE__, DATA, FindBin, caller, BEGIN blocks and every message are those of the script alone. The
# request is read in an INIT block: when the script has been compiled, and before its first statement runs.
#
# Texts are bytes: names and values are the UTF-8 that came, so that they can be printed as they are. A script that
# wants characters says `utf8::decode($value)`, and says too in which encoding it prints.
#
# Compiling is what a bridge of Perl costs, a microsecond a word. So neither strict nor warnings are loaded, this file
# has only what every request needs, and the others are loaded by the first that needs them: `request` when the script
# asks for something, or has parameters; `response` when it says something; `finish` when it has ended.
package StackBridge;

my $hook = bless \our %hook, 'StackBridge::Late';
my $request = bless \our %request, 'StackBridge::Late';
my $process = 0;
my $reason;

$| = 1;

# A variable that another package puts into `main` needs no declaration there under `use strict`.
*$_ = \$hook, *$_ = $hook for qw(main::hook main::Hook main::service);
*main::input = \$request;
*main::input = $request;
tie %$_, 'StackBridge::Late' for $hook, $request;
load('request'), declare() if index(contents($0), 'ook_params_') >= 0;

# Waits for the request; from here on everything is the script's.
INIT {
    my ($way, undef, @modules) = split ' ', delete $ENV{STACK_AHEAD} // '';
    eval { require s{::|'}{/}gr . '.pm' } or warn "$_ cannot be loaded ahead: $@" for @modules;
    our $document = contents(delete $ENV{STACK_REQUEST} || '/dev/fd/4');
    # Is closed where this block ends.
    open my $inherited, '<&=', 4;
    # It ends with the parameters' flat names, of which there are none, and in `env` nothing is escaped.
    if (substr($document, -3) eq '{}}' && $document =~ /^\{"env":\{"([^\\]*?)"\}/) {
        my %env = split /"[:,]"/, $1;
        @ENV{keys %env} = values %env;
    } else {
        load('request');
        receive();
    }
    # A fork has its own time, and random numbers that nothing which was loaded has used.
    $^T = time, srand if ($way || '') eq 'fork';
    $process = $$;
    # A handler of the script's own takes its place; what an eval catches is no reason to fail.
    $SIG{__DIE__} ||= sub { $reason = $_[0] if defined $^S && !$^S };
    # An uncaught error makes it the exit status.
    $! = 0;
}

# The script's own END blocks have run before this one. Where it has given up the right to read files, its exit says all.
END {
    eval { load('finish') } && finish($reason) if $process == $$;
}

sub contents {
    open my $file, '<:raw', $_[0];
    local $/;
    <$file>;
}

# Loads another file of the bridge.
sub load {
    local ($@, $!);
    require substr(__FILE__, 0, -length 'bridge.pl') . "$_[0].pl";
}

# What the script can ask, until it does.
package StackBridge::Late;

sub TIEHASH { bless {} }
sub DESTROY { }

sub AUTOLOAD {
    StackBridge::load('request');
    goto &StackBridge::answer;
}

1;
