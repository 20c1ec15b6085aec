<?php
echo "one\n";
$hook['res']->end('two');
echo "three\n";
throw new Exception('not reached');
