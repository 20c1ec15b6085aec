puts -nonewline "[incr counter] [pid]"
