//! The names and habits of Tcl.

use super::{serve, text_of};
use crate::harness::interpreter;

/// Whether the script's answer to `/?foo=bar` is `expected`, or there is no Tcl to ask.
fn answers(text: &str, expected: &str) {
    if interpreter("tclsh") {
        assert_eq!(text_of(&serve("x.tcl", text).get("/?foo=bar")), expected, "{text}");
    }
}

#[test]
fn languages_tcl_names() {
    answers("puts -nonewline $Hook_params_foo$hook_params_foo", "barbar");
    answers("puts -nonewline [dict get $Hook params foo][dict get $hook req method]", "barGET");
    answers("puts -nonewline [expr {$hook eq $Hook && $hook eq $service}]", "1");
    answers("puts -nonewline [hook param foo][hook param none other]", "barother");
    answers("puts -nonewline $env(REQUEST_METHOD)[dict get $hook env REQUEST_METHOD]", "GETGET");
    answers("puts -nonewline [info exists env(STACK_REQUEST)]", "0");
}

/// The document is read when the script asks for something in it; without parameters that is never, for most.
#[test]
fn languages_tcl_a_request_without_parameters() {
    let scripts = [
        ("puts -nonewline [hook param foo]-[hook param foo other]", "-other"),
        ("puts -nonewline [dict get $hook req path][dict size [dict get $hook params]]", "/0"),
        ("puts -nonewline [info exists hook][info exists Hook_params_foo]", "10"),
        ("namespace eval own { puts -nonewline [dict get $::hook req path] }", "/"),
        ("proc ask {} { global hook; return [dict get $hook req path] }; puts -nonewline [ask]", "/"),
    ];
    if interpreter("tclsh") {
        for (text, expected) in scripts {
            assert_eq!(text_of(&serve("x.tcl", text).get("/")), expected, "{text}");
        }
    }
}

#[test]
fn languages_tcl_a_variable_that_the_script_has_set_is_its_own() {
    answers("set hook own; puts -nonewline $hook[dict get $Hook params foo]$hook", "ownbarown");
    answers("dict set service params foo own; puts -nonewline [dict get $service params foo]", "own");
    answers("set hook own; puts -nonewline [hook param foo]$hook", "barown");
    answers("unset hook; puts -nonewline [info exists hook][dict get $Hook params foo]", "0bar");
}

#[test]
fn languages_tcl_what_json_escapes_arrives_as_it_was() {
    if interpreter("tclsh") {
        let text =
            "puts -nonewline $env(HTTP_X_A)[dict get $hook req headers x-a][string length $env(HTTP_X_A)]";
        let response = serve("x.tcl", text).request("GET", "/", &[("X-A", "\"\\[exit]$x}")], b"");
        assert_eq!(text_of(&response), "\"\\[exit]$x}\"\\[exit]$x}11");
    }
}
