# What a script says to the server: the command `hook`, and the messages that it sends.

namespace eval ::stack {
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
    if {![info exists params]} {
        publish
    }
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
    set members {}
    foreach {name value} $args {
        lappend members "\"$name\":$value"
    }
    set line [encoding convertto utf-8 "{\"type\":\"$type\",\"payload\":{[join $members ,]}}\n"]
    # Half of a surrogate pair is no UTF-8, though Tcl writes it.
    regsub -all {\xed[\xa0-\xbf].} $line \xef\xbf\xbd line
    tell $line
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

# Failures

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
