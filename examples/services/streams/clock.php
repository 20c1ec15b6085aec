<?php
// stack ./clock.php
// curl 'http://127.0.0.1:3000/?count=3'

$count = $hook['params']['count'] ?? '10';

if (!is_scalar($count) || !preg_match('/^[0-9]{1,6}$/D', $count)) {
    $hook['res']->status(400)->end('count is a number up to 999999');
}

for ($tick = 0; $tick < $count; $tick++) {
    if ($tick > 0) {
        usleep(500000);
    }
    echo date('H:i:s'), "\n";
}
