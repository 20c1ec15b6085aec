# What the request says: read when the script asks for it, or when there is more than the environment to be set.

# Defines all that a script is given.
proc ::stack::define {} {
    variable document
    variable whole [decode $document]
    dict for {name value} [dict get $whole env] {
        # The environment cannot hold a NUL.
        if {[string first \0 $value] < 0} {
            set ::env($name) $value
        }
    }
    dict for {name value} [dict get $whole flat] {
        set ::hook_params_$name [set ::Hook_params_$name $value]
    }
    publish
}

# Gives the variables `hook`, `Hook` and `service` their value, but for those that the script has set itself.
proc ::stack::publish {} {
    variable document
    variable params
    variable whole
    if {![info exists whole]} {
        set whole [decode $document]
    }
    set params [dict get $whole params]
    set request [dict get $whole req]
    dict set request params $params
    set hook [dict create params $params env [array get ::env] req $request input $request \
        service [dict get $whole service] files [dict get $whole files]]
    foreach name {hook Hook service} {
        set touch [list ::stack::touch $name]
        if {[list {read write} $touch] in [trace info variable ::$name]} {
            trace remove variable ::$name {read write} $touch
            set ::$name $hook
        }
    }
    unset document whole
}

# JSON as Tcl has it: an object is a dict, an array a list, null is empty, and all else its text.
proc ::stack::decode {json} {
    # Without escaped quotes, every second piece between two quotes is a string.
    set pieces [split [string map {{\\} {\u005c} {\"} {\u0022}} $json] \"]
    set items {}
    set outer {}
    foreach {structure word} $pieces {
        if {$structure ni {: ,}} {
            foreach token [regexp -all -inline {[][{}]|[^][{}:,\s]+} $structure] {
                switch -- $token {
                    \{ - \[ {
                        lappend outer $items
                        set items {}
                    }
                    \} - \] {
                        set value $items
                        set items [lindex $outer end]
                        set outer [lrange $outer 0 end-1]
                        lappend items $value
                    }
                    null {
                        lappend items {}
                    }
                    default {
                        lappend items $token
                    }
                }
            }
        }
        # What JSON escapes, Tcl escapes in the same way; nothing else is substituted.
        if {[string first \\ $word] >= 0} {
            set word [subst -nocommands -novariables $word]
        }
        lappend items $word
    }
    return [lindex $items 0]
}
