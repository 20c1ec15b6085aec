<?php
foreach (['PATH', 'LD_PRELOAD', 'BASH_ENV', 'https_proxy', 'IFS'] as $name) {
    echo "$name=", getenv($name), "\n";
}
