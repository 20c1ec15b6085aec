//! The pages of failures: who sees what, in which form, with which code.

use super::{Scripts, id};
use crate::harness::{Folder, Response, Server, interpreter};

/// Fails with a word on standard error that only its owner may see.
const SECRET: &str = "#!/bin/sh\n[ \"$PATH_INFO\" = /good ] || { echo 'the secret trace' >&2; exit 1; }\n";

fn failing(flags: &[&str]) -> (Folder, Server) {
    let folder = Folder::new();
    let server = Server::builder().arguments(flags).arguments(&[folder.program("fail", SECRET)]).start();
    (folder, server)
}

/// Whether this client is shown the trace; the page must be a failure with its code and its id in any case.
fn is_shown(server: &Server, host: &str, headers: &str) -> bool {
    let mut connection = server.connect();
    let answer = connection.exchange(format!("GET / HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n").as_bytes());
    assert_page(&answer, 500, "exit");
    answer.text().contains("the secret trace")
}

fn assert_page(answer: &Response, status: u16, code: &str) {
    let page = answer.text();
    assert_eq!((answer.status, answer.header("x-stack-error")), (status, Some(code)), "{page}");
    assert!(page.contains(&id(answer)) && page.contains(code), "{page}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

const LOCAL: &[&str] =
    &["127.0.0.1", "127.0.0.1:3000", "localhost", "LOCALHOST:80", "[::1]:3000", "app.localhost"];

const FOREIGN: &[&str] =
    &["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "192.168.0.1", "0.0.0.0", "x"];

const FORWARDED: &[&str] = &[
    "Forwarded: for=192.0.2.1\r\n",
    "X-Forwarded-For: 127.0.0.1\r\n",
    "X-Forwarded-Host: localhost\r\n",
    "x-forwarded-proto: https\r\n",
    "X-Forwarded-Anything:\r\n",
    "Via: 1.1 proxy\r\n",
];

#[test]
fn row_59_auto_shows_details_here_while_the_service_is_worked_on() {
    let (_folder, server) = failing(&["-w"]);
    for host in LOCAL {
        assert!(is_shown(&server, host, ""), "{host}");
    }
}

#[test]
fn row_59_auto_shows_nothing_through_a_proxy_or_under_a_foreign_name() {
    let (_folder, server) = failing(&["-w"]);
    for host in FOREIGN {
        assert!(!is_shown(&server, host, ""), "{host}");
    }
    for header in FORWARDED {
        assert!(!is_shown(&server, "localhost", header), "{header}");
    }
}

#[test]
fn row_59_auto_shows_nothing_without_a_terminal_or_watching() {
    let (_folder, server) = failing(&[]);
    assert!(!is_shown(&server, "localhost", ""));
    let (_folder, server) = failing(&["--errors", "auto", "--watch=false"]);
    assert!(!is_shown(&server, "localhost", ""));
}

#[test]
fn row_59_auto_shows_nothing_where_others_can_reach_the_server() {
    let (_folder, server) = failing(&["-w", "-h", "0.0.0.0"]);
    assert!(!is_shown(&server, "localhost", ""));
}

#[test]
fn row_59_auto_shows_details_when_started_from_a_terminal() {
    if !interpreter("python3") {
        return;
    }
    // Standard error becomes a terminal whose other end stays open in the server itself.
    let terminal = "import os, pty, sys
ours, theirs = pty.openpty()
os.dup2(theirs, 2)
os.set_inheritable(ours, True)
os.execvp(sys.argv[1], sys.argv[1:])
";
    let folder = Folder::new();
    let program = folder.program("fail", SECRET);
    let server = Server::builder().under(&["python3", "-c", terminal]).arguments(&[program]).start();
    assert!(is_shown(&server, "localhost", ""));
    assert!(!is_shown(&server, "localhost", "Via: 1.1 proxy\r\n"));
}

#[test]
fn row_59_show_and_hide_ask_nobody() {
    let (_folder, server) = failing(&["--errors", "show"]);
    assert!(is_shown(&server, "evil.example", "Via: 1.1 proxy\r\n"));
    let (_folder, server) = failing(&["--errors", "hide", "-w"]);
    assert!(!is_shown(&server, "localhost", ""));
}

#[test]
fn row_59_a_trace_has_the_script_and_not_the_bridge() {
    let scripts = Scripts {
        javascript: "function inner() { throw new TypeError('lost it') }\nmodule.exports = function handler(hook) {\n  inner();\n};",
        python: "def inner():\n    raise TypeError('lost it')\ndef handler():\n    inner()\nhandler()\n",
        bash: "inner() {\n  lost-it\n}\nset -e\ninner\n",
        program: "lost-it",
    };
    scripts.each(&["--errors", "show"], |language, server| {
        let answer = server.get("/");
        assert_eq!(answer.status, 500, "{language}");
        let page = answer.text();
        let parts: &[&str] = match language {
            "node" => &["TypeError: lost it", "at inner", "s.js:1", "at handler", "s.js:3"],
            "python3" => &["TypeError: lost it", "line 2, in inner", "line 4, in handler", "s.py"],
            "bash" => &["s.sh: line 2: lost-it"],
            _ => &["lost-it"],
        };
        for part in parts {
            assert!(page.contains(part), "{language}: {part} is not in {page}");
        }
        for ours in ["bridge.cjs", "bridge.py", "_stack", "bridge.bash", "node:internal"] {
            assert!(!page.contains(ours), "{language}: {ours} in {page}");
        }
    });
}

#[test]
fn row_59_the_tail_of_standard_error_is_bounded() {
    let script = "seq 1 100000 >&2; echo the last >&2; exit 1";
    let page = Server::start(&["--errors", "show", "--", "sh", "-c", script]).get("/").text();
    assert!(
        page.contains("99999\n100000\nthe last") && !page.contains("\n50000\n"),
        "its end, not its beginning"
    );
    assert!(page.len() < 64 << 10, "{} bytes", page.len());
}

#[test]
fn row_59_json_for_who_asks_for_json_and_text_for_others() {
    let (_folder, server) = failing(&["--errors", "show"]);
    let accepting = |accept: &str| server.request("GET", "/", &[("Accept", accept)], b"");
    for accept in [
        "application/json",
        "text/html, application/json;q=0.5",
        "application/problem+json",
        "Application/JSON",
    ] {
        let answer = accepting(accept);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{accept}");
        let page = answer.json();
        assert_eq!((&page["status"], &page["code"]), (&500.into(), &"exit".into()), "{accept}");
        assert_eq!(page["id"], id(&answer), "{accept}");
        assert!(
            page["title"].is_string() && page["detail"].as_str().unwrap().contains("exit code 1"),
            "{page}"
        );
        assert!(page.to_string().contains("the secret trace"), "{page}");
    }
    for accept in ["*/*", "text/html", "text/plain", "application/*", ""] {
        let answer = accepting(accept);
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"), "{accept}");
        assert_page(&answer, 500, "exit");
    }
    let (_folder, hidden) = failing(&[]);
    let answer = hidden.request("GET", "/", &[("Accept", "application/json")], b"");
    assert!(!answer.text().contains("secret"), "{}", answer.text());
    assert_eq!(answer.json()["id"], id(&answer));
}

#[test]
fn row_59_a_page_is_never_markup() {
    let (_folder, server) = failing(&["--errors", "show"]);
    let script = Server::start(&["--errors", "show", "--", "sh", "-c", "echo '<script>' >&2; exit 1"]);
    for answer in [script.get("/%3Cscript%3E"), server.get("/%3Cscript%3E")] {
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
}

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("Content-Type", "application/json");
const MULTIPART: (&str, &str) = ("Content-Type", "multipart/form-data; boundary=XX");

/// Path, headers and body, and the status and code that they get.
type Refusal<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [u8], u16, &'a str);

#[test]
fn row_59_every_refusal_has_its_code() {
    let folder = Folder::new();
    let script = folder.script("s.sh", "echo run >> \"$0.runs\"");
    let server = Server::start(&["--max-body", "20000", "--max-upload", "1000", &script]);
    let (long, many) = ("x".repeat(20_001), "a&".repeat(1001));
    let upload = format!(
        "--XX\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n{}\r\n--XX--\r\n",
        "x".repeat(1001)
    );
    let refusals: [Refusal<'_>; 9] = [
        ("/", &[JSON], b"{bad", 400, "bad-json"),
        ("/", &[FORM], many.as_bytes(), 400, "bad-parameters"),
        ("/", &[MULTIPART], b"nothing", 400, "bad-multipart"),
        ("/", &[("Content-Type", "application/json; a=1; a=2")], b"{}", 400, "bad-request"),
        ("/", &[FORM], long.as_bytes(), 413, "body-too-large"),
        ("/", &[MULTIPART], upload.as_bytes(), 413, "upload-too-large"),
        ("/", &[JSON, ("Content-Encoding", "gzip")], b"{}", 415, "unsupported-encoding"),
        (&format!("/{}", "x".repeat(33 << 10)), &[], b"", 414, "uri-too-long"),
        ("/", &[("X-Long", &"x".repeat(65 << 10))], b"", 431, "headers-too-large"),
    ];
    for (path, headers, body, status, code) in refusals {
        assert_page(&server.request("POST", path, headers, body), status, code);
    }
    let mut connection = server.connect();
    assert_page(&connection.exchange(b"GET / HTTP/1.1\r\n\r\n"), 400, "bad-request");
    assert_eq!(folder.lines("s.sh.runs"), 0, "nothing was started");
}

#[test]
fn row_59_every_failure_of_a_service_has_its_code() {
    let failures: [(&[&str], &str, u16, &str); 5] = [
        (&[], "exit 3", 500, "exit"),
        (&[], "kill -KILL $$", 500, "signal"),
        (&[], "echo '{\"type\":\"error\"}' >&3", 500, "error"),
        (&["-t", "100ms"], "exec sleep 60", 504, "timeout"),
        (&["--first-byte-timeout", "100ms"], "exec sleep 60", 504, "first-byte-timeout"),
    ];
    for (flags, script, status, code) in failures {
        let server = Server::builder().arguments(flags).arguments(&["--", "sh", "-c", script]).start();
        assert_page(&server.get("/"), status, code);
    }
}
