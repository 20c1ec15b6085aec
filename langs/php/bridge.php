<?php
// PHP runs this file before the script and, where that came to its end, after it: as auto_prepend_file and as
// auto_append_file. So the script is the main program, and no frame of another file stands below its own.
// The files that php.ini names in these two settings are run from here.

if (!class_exists(Stack\Hook::class, false)) {
    require __DIR__ . '/response.php';
    require __DIR__ . '/hook.php';
    // Before PHP 8 a function that is disabled cannot be declared anew.
    if (PHP_VERSION_ID >= 80000) {
        require __DIR__ . '/web.php';
    }
    Stack\Hook::begin();
    if (Stack\Hook::names('stack.prepend')) {
        require get_cfg_var('stack.prepend');
    }
} else {
    if (Stack\Hook::names('stack.append')) {
        require get_cfg_var('stack.append');
    }
    Stack\Hook::finish();
}
