# A service of Perl: a fresh process answers each request, and what it prints is the body.

use strict;
use warnings;

my $name = $hook->params->{name} // 'world'; # of the query, a form, JSON, or an upload; in bytes of UTF-8

$hook->res->status(400)->end('that is a long name') if length $name > 100;
$hook->res->set_header('Content-Type', 'text/plain; charset=utf-8');
print "hello $name\n"; # every line is sent at once: a loop that sleeps between its lines streams

# $hook->req      method, url, path, headers; STDIN is the request's body
# $hook->log()    a line in the log; so is everything on STDERR
