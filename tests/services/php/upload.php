<?php
$file = $hook['params']['f'];
echo "{$file['filename']}\n{$file['type']}\n{$file['size']}\n";
readfile($file['path']);
