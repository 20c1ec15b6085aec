<?php
$counter = ($counter ?? 0) + 1;
echo "$counter ", getmypid();
