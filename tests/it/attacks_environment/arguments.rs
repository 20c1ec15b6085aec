//! What the command lines of services show: never anything of a request.

use std::fs;

use super::text_of;
use crate::harness::{Folder, Server, eventually, interpreter};

#[test]
fn attack_09_a_query_is_no_argument() {
    let folder = Folder::new();
    let script =
        folder.script("argv.py", "import sys\nprint(open('/proc/self/cmdline').read().split('\\0'))\n");
    let command = ["--", "sh", "-c", "tr '\\0' ' ' </proc/$$/cmdline"];
    for server in [Server::start(&[script]), Server::start(&command)] {
        server.unharmed(|| {
            let plain = text_of(&server.get("/"));
            for query in ["-s", "-d+allow_url_include%3d1", "--version", "a+b+c", "-c+id", "x"] {
                assert_eq!(text_of(&server.get(&format!("/?{query}"))), plain, "{query}");
                assert_eq!(text_of(&server.get(&format!("/{query}"))), plain, "{query} as a path");
            }
            // A soft hyphen alone is no UTF-8; where names of parameters are read it is refused.
            let response = server.get("/?%AD-s");
            assert!(response.status == 400 || text_of(&response) == plain, "{}", response.text());
        });
    }
}

#[test]
fn attack_10_no_command_line_shows_the_request() {
    let folder = Folder::new();
    // Nobody ever writes to it, so whoever reads it waits until it is killed.
    let fifo = folder.fifo("never");
    let python = format!("SOURCEWORD = 1\nprint('begun', flush=True)\nopen({fifo:?}).read()\n");
    let javascript = format!(
        "const SOURCEWORD = 1; module.exports = hook => {{ hook.res.write('begun\\n'); require('fs').readFileSync({fifo:?}) }}"
    );
    let bash = format!(": SOURCEWORD; echo begun; read -r line < {fifo}");
    let services = [
        ("python3", folder.script("hold.py", &python)),
        ("node", folder.script("hold.js", &javascript)),
        ("bash", folder.script("hold.sh", &bash)),
    ];
    for (program, script) in services {
        if interpreter(program) {
            let server = Server::builder().arguments(&["--env", "VARIABLE=ENVWORD", &script]).start();
            check_command_lines(program, &server);
        }
    }
    let code = format!(": SOURCEWORD; echo begun; read -r line < {fifo}");
    let server = Server::builder().arguments(&["-l", "bash", "-e", &code]).start();
    check_command_lines("inline code", &server);
}

/// Holds one request open and reads the command line of everything that runs for it.
fn check_command_lines(what: &str, server: &Server) {
    let body = "field=BODYWORD";
    let mut connection = server.connect();
    connection.send(format!(
        "POST /PATHWORD?q=QUERYWORD HTTP/1.1\r\nHost: HOSTWORD\r\nX-Thing: HEADERWORD\r\nCookie: COOKIEWORD\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    assert_eq!(connection.head().status, 200, "{what}");
    connection.body_until("begun\n");
    let lines = eventually("a service runs", || {
        let lines: Vec<_> = server.services().iter().map(|process| command_line(process.pid)).collect();
        (!lines.is_empty()).then_some(lines)
    });
    for word in
        ["BODYWORD", "PATHWORD", "QUERYWORD", "HOSTWORD", "HEADERWORD", "COOKIEWORD", "ENVWORD", "SOURCEWORD"]
    {
        assert!(!lines.iter().any(|line| line.contains(word)), "{what}: {word} in {lines:?}");
    }
}

fn command_line(pid: u32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

#[test]
fn attack_11_two_mebibytes_of_headers_start_nothing() {
    let folder = Folder::new();
    let script = folder.script("count.sh", "echo started >> \"$HERE/starts\"; echo ok");
    let server = Server::builder().arguments(&[script]).env("HERE", folder.root()).start();
    server.unharmed(|| {
        let starts = folder.lines("starts");
        let many: String = (0..90).map(|at| format!("X-{at}: {}\r\n", "x".repeat(24_000))).collect();
        let one = format!("X-Long: {}\r\n", "x".repeat(2 << 20));
        for headers in [many, one] {
            let response =
                server.connect().exchange(format!("GET / HTTP/1.1\r\nHost: x\r\n{headers}\r\n").as_bytes());
            assert_eq!(response.status, 431);
        }
        assert_eq!(folder.lines("starts"), starts, "nothing was started");
    });
}

#[test]
fn attack_11_the_largest_headers_that_are_taken_start_a_process() {
    // The kernel refuses a single variable of 128 KiB and more; nothing that is taken may run into that.
    let server = Server::start(&["env"]);
    for length in [1 << 10, 8 << 10, 16 << 10, 30 << 10] {
        let value = "x".repeat(length);
        let response = server.request("GET", "/", &[("X-Long", &value)], b"");
        match response.status {
            200 => assert!(response.text().contains(&format!("HTTP_X_LONG={value}\n"))),
            status => assert_eq!(status, 431, "{length}"),
        }
    }
}
