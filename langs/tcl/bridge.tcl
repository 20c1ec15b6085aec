# Gives a script of Tcl its request in variables and its words for the response in the command `hook`, then runs it
# as tclsh would. All that is not the script's own stands in the namespace ::stack.

namespace eval ::stack {
    # How many bytes of messages were sent.
    variable told 0
    # What a JSON string must not hold as it is.
    variable escapes [list \\ \\\\ \" \\\" \x7f \\u007f]
    for {set code 0} {$code < 32} {incr code} {
        lappend escapes [format %c $code] [format \\u%04x $code]
    }

    namespace ensemble create -command ::hook -map {
        param param
        status status
        statusMessage statusMessage
        header header
        setHeader header
        appendHeader {header -append}
        removeHeader {header -remove}
        writeHead writeHead
        trailer trailer
        addTrailers addTrailers
        write write
        end end
        log log
    }
}

# The command `hook`

# hook param NAME ?DEFAULT?
proc ::stack::param {name {default {}}} {
    variable params
    if {[dict exists $params $name]} {
        return [dict get $params $name]
    }
    return $default
}

# hook status CODE ?MESSAGE?
proc ::stack::status {code args} {
    if {[llength $args] > 1} {
        return -code error {wrong # args: should be "hook status code ?message?"}
    }
    send status value [number $code]
    foreach message $args {
        statusMessage $message
    }
}

# hook statusMessage MESSAGE
proc ::stack::statusMessage {message} {
    send statusMessage value [quote $message]
}

# hook header ?-append? NAME VALUE ?VALUE ...? sets it, or adds one more Set-Cookie; hook header -remove NAME
proc ::stack::header {name args} {
    set type setHeader
    if {$name in {-append -remove}} {
        set type [dict get {-append appendHeader -remove removeHeader} $name]
        set args [lassign $args name]
    } elseif {[string equal -nocase $name set-cookie]} {
        set type appendHeader
    }
    if {$name eq {} || ($type eq {removeHeader}) != ($args eq {})} {
        return -code error {wrong # args: should be "hook header ?-append? name value ?value ...?"\
            or "hook header -remove name"}
    }
    if {$type eq {removeHeader}} {
        send removeHeader name [quote $name]
    } else {
        send $type name [quote $name] value \[[join [lmap value $args {quote $value}] ,]\]
    }
}

# hook writeHead CODE ?MESSAGE? ?{NAME VALUE ...}?; an empty message leaves it as it is
proc ::stack::writeHead {code {message {}} {headers {}}} {
    send writeHead code [number $code] message [expr {$message eq {} ? {null} : [quote $message]}] \
        headers [fields $headers]
}

# hook trailer NAME VALUE
proc ::stack::trailer {name value} {
    addTrailers [list $name $value]
}

# hook addTrailers {NAME VALUE ...}
proc ::stack::addTrailers {trailers} {
    send addTrailers trailers [fields $trailers]
}

# hook write TEXT
proc ::stack::write {text} {
    chan puts -nonewline stdout $text
    chan flush stdout
}

# hook end ?TEXT?
proc ::stack::end {args} {
    if {[llength $args] > 1} {
        return -code error {wrong # args: should be "hook end ?text?"}
    }
    foreach text $args {
        chan puts stdout $text
    }
    finish
    exit
}

# hook log ?WORD ...?
proc ::stack::log {args} {
    send log text [quote [join $args { }]]
}

# Messages to the server

# The members of the payload alternate: a name, and its value in JSON.
proc ::stack::send {type args} {
    variable control
    variable told
    set members {}
    foreach {name value} $args {
        lappend members "\"$name\":$value"
    }
    set line [encoding convertto utf-8 "{\"type\":\"$type\",\"payload\":{[join $members ,]}}\n"]
    # Half of a surrogate pair is no UTF-8, though Tcl writes it.
    regsub -all {\xed[\xa0-\xbf].} $line \xef\xbf\xbd line
    catch {
        if {![info exists control]} {
            set control [open /dev/fd/3 w]
            chan configure $control -translation binary -buffering none
        }
        chan puts -nonewline $control $line
        incr told [string length $line]
    }
    return
}

proc ::stack::quote {text} {
    variable escapes
    return "\"[string map $escapes $text]\""
}

proc ::stack::number {code} {
    if {[regexp {^[1-9][0-9]*$} $code]} {
        return $code
    }
    return [quote $code]
}

# Fields as a list of pairs, since a name may come more than once.
proc ::stack::fields {list} {
    set pairs {}
    foreach {name value} $list {
        lappend pairs "\[[quote $name],[quote $value]\]"
    }
    return "\[[join $pairs ,]\]"
}

# The request document

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

# Reads the document to its end, blocks for as long as there is none, and defines what the script is given.
proc ::stack::receive {} {
    variable params
    set place /dev/fd/4
    if {[info exists ::env(STACK_REQUEST)]} {
        set place $::env(STACK_REQUEST)
        unset ::env(STACK_REQUEST)
    }
    set channel [open $place rb]
    set document [read $channel]
    close $channel
    if {$document eq {}} {
        exit 1
    }
    set document [decode [encoding convertfrom utf-8 $document]]
    dict for {name value} [dict get $document env] {
        # The environment cannot hold a NUL.
        if {[string first \0 $value] < 0} {
            set ::env($name) $value
        }
    }
    set params [dict get $document params]
    set request [dict get $document req]
    dict set request params $params
    set ::hook [dict create params $params env [array get ::env] req $request input $request \
        service [dict get $document service] files [dict get $document files]]
    set ::Hook [set ::service $::hook]
    dict for {name value} [dict get $document flat] {
        set ::hook_params_$name [set ::Hook_params_$name $value]
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
    send end
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

# Prints what tclsh would print: the trace, up to the line of the script.
proc ::stack::fail {message options} {
    set trace $message
    if {[dict exists $options -errorinfo]} {
        set trace [dict get $options -errorinfo]
    }
    set bridge [string last "\n    invoked from within\n\"source \$::argv0\"" $trace]
    if {$bridge >= 0} {
        set trace [string range $trace 0 [expr {$bridge - 1}]]
    }
    # The server takes an error that follows the first bytes closely for one that came before them.
    catch {chan flush stdout}
    if {[silent]} {
        send error error [quote [lindex [split $message \n] 0]]
    }
    chan puts stderr $trace
    exit 1
}

# Whether the process has written nothing yet but messages.
proc ::stack::silent {} {
    variable told
    set written {}
    catch {
        set channel [open /proc/self/io]
        regexp {wchar: (\d+)} [read $channel] whole written
        close $channel
    }
    return [expr {$written eq $told}]
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
