puts -nonewline [dict get $hook params v]
