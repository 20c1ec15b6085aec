$hook->log('a', 'log', 5);
warn "an error\n";
print "body\n";
