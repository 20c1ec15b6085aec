print "one\n";
$hook->res->end('two');
print "three\n";
die 'never reached';
