proc bytes {text} {
    return [string length [encoding convertto utf-8 $text]]
}

dict for {name value} [dict get $hook params] {
    puts -nonewline [bytes $name]:$name[bytes $value]:$value
}
