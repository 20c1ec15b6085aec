<?php
$hook['res']->writeHead(201, 'Made', ['X-A' => 'b']);
echo "text\n";
