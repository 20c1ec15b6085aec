<?php
for ($count = 1; $count <= 3; $count++) {
    if ($count > 1) {
        usleep(500000);
    }
    echo "$count\n";
}
