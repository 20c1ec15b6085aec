<?php
echo "{$hook['params']['a']} {$hook['params']['b']} ", stream_get_contents(STDIN), "\n";
