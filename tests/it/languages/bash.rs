//! The names and functions of bash.

use super::{serve, text_of};
use crate::harness::{Folder, Server};

/// What the script answers to `/?foo=bar&a[b]=c`.
fn answer(text: &str) -> String {
    text_of(&serve("x.sh", text).get("/?foo=bar&a[b]=c"))
}

#[test]
fn languages_bash_names_of_parameters() {
    let text = "echo \"$Hook_params_foo $hook_params_foo ${Hook_params[foo]} ${hook_params[foo]}\"
echo \"$Hook_params_a_b $hook_params_a_b ${Hook_params['a[b]']} $Hook_params_a\"
echo \"${#Hook_params[@]} [${Hook_params[none]-}] [$Hook_params_none]\"";
    assert_eq!(answer(text), "bar bar bar bar\nc c c {\"b\":\"c\"}\n3 [] []\n");
}

#[test]
fn languages_bash_names_of_the_request_and_the_service() {
    let text = "echo \"$Hook_input_method ${Hook_input_method} $hook_input_method $Hook_req_method $hook_req_method\"
echo \"${Hook_req_headers[host]} ${Hook_input_headers[host]} ${hook_req_headers[host]}\"
echo \"$Hook_service_name $hook_service_language $Hook_service_path\"";
    let script = serve("x.sh", text);
    let (host, path) = (script.address(), script.folder.path("x.sh"));
    let expected = format!("GET GET GET GET GET\n{host} {host} {host}\nbash bash {path}\n");
    assert_eq!(text_of(&script.get("/")), expected);
}

#[test]
fn languages_bash_names_of_the_environment() {
    let folder = Folder::new();
    let text =
        "echo \"${Hook_env_HOME} ${Hook_env[HOME]} $hook_env_HOME ${hook_env[HOME]} ${Hook_env_T_A} $T_A\"";
    let builder = Server::builder().env("HOME", "/the home").env("T_A", "a");
    let server = builder.arguments(&[folder.script("x.sh", text)]).start();
    assert_eq!(text_of(&server.get("/")), "/the home /the home /the home /the home a a\n");
}

#[test]
fn languages_bash_a_parameter_makes_no_other_variable() {
    let script = serve(
        "x.sh",
        "echo \"$PATH|$IFS|${1-}|${x-}|${Hook_params[x]}|${Hook_params[a;id]}|$Hook_params_1\"",
    );
    let plain = text_of(&script.get("/?x=1&a;id=2&1=3"));
    let path = std::env::var("PATH").unwrap();
    assert_eq!(plain, format!("{path}| \t\n|||1|2|3\n"));
    assert_eq!(text_of(&script.get("/?x=1&a;id=2&1=3&PATH=/x&IFS=x&BASH_ENV=/x")), plain);
}

#[test]
fn languages_bash_its_functions_take_anything() {
    let text = "header X-A 'a \"b\" \\ c'; header X-Empty ''; log \"two
lines \\ \\\"quoted\\\" $(printf '\\t')tab\"; status 201 'All \"well\"'; echo done";
    let script = serve("x.sh", text);
    let response = script.get("/");
    assert_eq!((response.status, response.reason.as_str()), (201, "All \"well\""));
    assert_eq!((response.header("x-a"), response.header("x-empty")), (Some("a \"b\" \\ c"), Some("")));
    script.wait_for_log(|line| line.contains("| two\\nlines \\ \"quoted\" \ttab") || line.ends_with("| two"));
}

#[test]
fn languages_bash_options_and_scopes_are_the_scripts_own() {
    assert_eq!(answer("set -euo pipefail; declare foo=1; f() { local foo=2; }; f; echo $foo $#"), "1 0\n");
    assert_eq!(answer("declare -A map=([a]=1); f() { echo ${map[a]}; }; f"), "1\n");
    assert_eq!(answer("trap 'echo at exit' EXIT; echo body"), "body\nat exit\n");
    assert_eq!(
        answer("return_early() { return 0; }; return_early; echo body; return 0; echo lost"),
        "body\n"
    );
    assert_eq!(answer("shopt -s nullglob; IFS=,; set -- $hook_params_foo; echo $1"), "bar\n");
    assert_eq!(answer("echo $(cat) | tr a-z A-Z; echo \"${PIPESTATUS[0]}\""), "\n0\n");
    let failing = serve("x.sh", "set -e; false; echo lost").get("/");
    assert_eq!((failing.status, failing.complete), (500, true));
}

#[test]
fn languages_bash_output_of_children_in_its_order() {
    assert_eq!(
        answer("echo a; sh -c 'echo b'; (echo c); echo d | cat; { echo e; } > /dev/stdout"),
        "a\nb\nc\nd\ne\n"
    );
    let late = answer("(echo child) & wait; echo last");
    assert_eq!(late, "child\nlast\n");
}
