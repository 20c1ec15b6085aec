# Gives a script of Tcl its request in variables and its words for the response in the command `hook`, then runs it
# as tclsh would. All that is not the script's own stands in the namespace ::stack.
#
# What not every request needs is in other files, each of which is read when the first of its commands is called.

namespace eval ::stack {
    variable folder [file dirname [info script]]
    # How many bytes of messages were sent.
    variable told 0

    foreach {command file} {
        ::hook respond ::stack::fail respond ::stack::define request ::stack::publish request
    } {
        proc $command args "::stack::load $file; tailcall [namespace tail $command] {*}\$args"
    }
}

proc ::stack::load {file} {
    variable folder
    uplevel #0 [list source $folder/$file.tcl]
}

# The request document

# Reads the document to its end, blocks for as long as there is none, and defines what the script is given.
proc ::stack::receive {} {
    variable document
    set place /dev/fd/4
    if {[info exists ::env(STACK_REQUEST)]} {
        set place $::env(STACK_REQUEST)
        unset ::env(STACK_REQUEST)
    }
    set channel [open $place]
    set document [read $channel]
    close $channel
    if {$document eq {}} {
        exit 1
    }
    foreach name {hook Hook service} {
        set ::$name {}
        trace add variable ::$name {read write} [list ::stack::touch $name]
    }
    # It begins with `env`. Without a backslash in there, every quote is an end of a text.
    set env [string range $document 9 [string first "\"\}" $document]]
    if {[string first \\ $env] >= 0 || [string range $document end-2 end] ne "\{\}\}"} {
        define
    } else {
        foreach {name colon value comma} [split $env \"] {
            set ::env($name) $value
        }
    }
}

# The variables `hook`, `Hook` and `service` have their value when the script first reads one of them, unless it has
# set that one itself.
proc ::stack::touch {name args} {
    if {[lindex $args end] eq {write}} {
        trace remove variable ::$name {read write} [list ::stack::touch $name]
    } else {
        publish
    }
}

# From the start to the end

# UTF-8 whatever the locale, in which Tcl has read the arguments already.
proc ::stack::speak {} {
    set locale [encoding system]
    if {$locale ne {utf-8}} {
        encoding system utf-8
        set ::argv [lmap word $::argv {encoding convertfrom utf-8 [encoding convertto $locale $word]}]
    }
    chan configure stdin -encoding utf-8
    chan configure stdout -encoding utf-8 -buffering line
    chan configure stderr -encoding utf-8
}

# Every way to a regular end leads through the command `exit`, after whatever the script put before it.
proc ::stack::leave {command args} {
    set code [lindex $command 1]
    if {($code eq {} || $code eq {0}) && [childless]} {
        finish
    }
}

# Whether there is no child left that could still write to the body.
proc ::stack::childless {} {
    foreach place [glob -nocomplain /proc/self/task/*/children] {
        set channel [open $place]
        set children [read $channel]
        close $channel
        if {$children ne {}} {
            return 0
        }
    }
    return [info exists place]
}

# Says once that the response is complete and successful.
proc ::stack::finish {} {
    variable finished
    if {[info exists finished] || [catch {
        if {{stdout} in [chan names]} {
            chan configure stdout -blocking 1
            chan flush stdout
        }
    }]} return
    set finished 1
    tell "{\"type\":\"end\",\"payload\":{}}\n"
}

# Writes bytes to the server, which may have stopped listening.
proc ::stack::tell {bytes} {
    variable control
    variable told
    catch {
        if {![info exists control]} {
            set control [open /dev/fd/3 wb]
            chan configure $control -buffering none
        }
        chan puts -nonewline $control $bytes
        incr told [string length $bytes]
    }
    return
}

::stack::speak
set argv [lassign $argv argv0]
incr argc -1
trace add execution exit enter ::stack::leave
::stack::receive
# Of this place the script must see nothing, so that no procedure stands around it.
switch [catch {source $::argv0} ::stack::message ::stack::options] {
    0 {}
    3 {::stack::fail {invoked "break" outside of a loop} {}}
    4 {::stack::fail {invoked "continue" outside of a loop} {}}
    default {::stack::fail $::stack::message $::stack::options}
}
exit
