<?php
$hook['log']('a', 'log', 5);
fwrite(STDERR, "an error\n");
echo "body\n";
