<?php
// stack ./status.php
// curl -i 'http://127.0.0.1:3000/?code=418'

$hook['res']->status($hook['params']['code'] ?? 404);
$hook['res']->setHeader('X-Service', 'status');
echo "as you asked\n";
