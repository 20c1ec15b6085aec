# stack ./status.pl
# curl -i 'http://127.0.0.1:3000/?code=418'

$hook->res->status($hook->params->{code} // 404);
$hook->res->set_header('X-Service', 'status');
print "as you asked\n";
