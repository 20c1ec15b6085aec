//! What a process gives: how its plain lines count, and when its answer begins.

use super::shell;
use crate::harness::{End, Folder, Server};

#[test]
fn contract_20_a_plain_line_appends_but_two_replace() {
    let lines = "X-A: 1\nX-A: 2\nContent-Type: text/plain\nContent-Type: text/css\nContent-Length: 99\nContent-Length: 5\n";
    let server = shell(&[], "cat >&3; printf hello");
    let answer = server.post("/", "application/octet-stream", lines);
    assert_eq!(answer.header_values("x-a"), ["1", "2"]);
    assert_eq!(answer.header_values("content-type"), ["text/css"]);
    assert_eq!(answer.header_values("content-length"), ["5"]);
    assert_eq!((answer.text().as_str(), answer.end), ("hello", End::Complete));
}

#[test]
fn contract_26_the_head_goes_out_at_the_first_byte_at_end_or_at_the_exit() {
    let folder = Folder::new();
    let gate = folder.fifo("gate");
    let mut pipe = std::fs::OpenOptions::new().read(true).write(true).open(&gate).expect("our own pipe");
    let wait = "read -r _ < \"$GATE\"";
    let begins = [
        format!("echo 'Status: 404' >&3; printf x; {wait}"),
        format!("echo 'Status: 404' >&3; echo '{{\"type\":\"end\"}}' >&3; {wait}"),
    ];
    for script in begins {
        let server = Server::builder().arguments(&["--kill-grace", "20s", "--", "sh", "-c", &script]);
        let server = server.env("GATE", &gate).start();
        let mut connection = server.connect();
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(connection.head().status, 404, "{script}: while it waits");
        std::io::Write::write_all(&mut pipe, b"go\n").expect("a pipe has room");
        assert_eq!(connection.rest().1, End::Complete, "{script}");
        crate::harness::eventually("it has gone on", || server.services().is_empty().then_some(()));
    }
    let at_exit =
        Server::builder().arguments(&["--", "sh", "-c", &format!("echo 'Status: 404' >&3; {wait}")]);
    let at_exit = at_exit.env("GATE", &gate).start();
    let mut connection = at_exit.connect();
    connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(connection.quiet_for(std::time::Duration::from_millis(100)), "a status alone is no head");
    std::io::Write::write_all(&mut pipe, b"go\n").expect("a pipe has room");
    let answer = connection.response();
    assert_eq!((answer.status, answer.body.len(), answer.end), (404, 0, End::Complete));
}

#[test]
fn contract_27_output_closed_without_a_byte_waits_for_the_exit_code() {
    for (code, status) in [(0, 200), (1, 500), (7, 500)] {
        let server = shell(&[], &format!("exec >&-; sleep 0.1; exit {code}"));
        let answer = server.get("/");
        assert_eq!((answer.status, answer.end), (status, End::Complete), "exit {code}");
        assert_eq!(answer.body.is_empty(), status == 200, "exit {code}");
    }
}

/// The statuses of failures, from the table of the contract; what is not here stands with its limit's own tests.
#[test]
fn contract_35_the_statuses_of_failures() {
    let failures: [(&[&str], &str, u16); 4] = [
        (&[], "exit 1", 500),
        (&["-t", "100ms"], "exec sleep 60", 504),
        (&["--max-processes", "1", "--queue", "0"], "exec sleep 60", 503),
        (&[], "rm \"$0\"", 502),
    ];
    for (flags, line, status) in failures {
        let folder = Folder::new();
        let program = folder.program("p", &format!("#!/bin/sh\n{line}\n"));
        let server = Server::builder().arguments(flags).arguments(&[program]).start();
        // The first takes the only place, or the program away.
        let mut first = server.connect();
        first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        if status == 502 {
            assert_eq!(first.response().status, 200);
        } else if status == 503 {
            crate::harness::eventually("it runs", || (!server.services().is_empty()).then_some(()));
        }
        let answer = server.get("/");
        assert_eq!(
            (answer.status, answer.header("retry-after").is_some()),
            (status, status == 503),
            "{line}"
        );
        assert!(answer.header("x-stack-error").is_some(), "{line}");
    }
}
