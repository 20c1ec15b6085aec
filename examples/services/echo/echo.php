<?php
// stack ./echo.php
// curl 'http://127.0.0.1:3000/?foo=bar'

echo "Hello, this is a PHP script.\n";
echo "\$Hook['params'] is:\n";
print_r($Hook['params']);
