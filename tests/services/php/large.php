<?php
$block = str_repeat("0123456789abcde\n", 4096);
for ($count = 0; $count < 1600; $count++) {
    echo $block;
}
