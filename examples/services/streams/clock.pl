# stack ./clock.pl
# curl 'http://127.0.0.1:3000/?count=3'

use POSIX 'strftime';

my $count = $hook->params->{count} // 10;
$hook->res->status(400)->end('count is a number up to 999999') unless $count =~ /^\d{1,6}\z/a;

for my $tick (1 .. $count) {
    select undef, undef, undef, 0.5 if $tick > 1;
    print strftime("%H:%M:%S\n", localtime);
}
