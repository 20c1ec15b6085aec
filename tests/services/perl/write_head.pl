$hook->res->write_head(201, 'Made', { 'X-A' => 'b' });
print "text\n";
