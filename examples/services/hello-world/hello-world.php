<?php
// stack ./hello-world.php
// curl http://127.0.0.1:3000/

echo "hello world\n";
