puts [dict get $hook env T_A]|[dict get $hook env REQUEST_METHOD]|$env(HTTP_X_B)
