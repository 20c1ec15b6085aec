# stack ./echo.pl
# curl 'http://127.0.0.1:3000/?foo=bar'

print "Hello, this is a Perl script.\n";
print "\$hook->{params}{foo} is:\n";
print "$hook->{params}{foo}\n";
