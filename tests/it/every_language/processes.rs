//! The processes of services: fresh for each request, gone with its client, and silent about it.

use std::fs;

use super::dialect::Dialect;
use crate::harness::{Connection, Process, Server, eventually};
use crate::languages::text_of;

pub(super) fn row_20_nothing_of_a_request_survives_it(dialect: &Dialect) {
    let Some(server) = dialect.serve("fresh") else { return };
    let [first, second] = [server.get("/"), server.get("/")];
    if let Some(way) = dialect.way() {
        let timing = first.header("server-timing").expect("a service is timed");
        assert!(timing.ends_with(way), "{timing}");
    }
    let [first, second] = [text_of(&first), text_of(&second)];
    assert!(first.starts_with("1 ") && second.starts_with("1 ") && first != second, "{first}, {second}");
}

pub(super) fn row_62_the_client_leaves(dialect: &Dialect) {
    let Some(server) = dialect.serve("sleeps") else { return };
    let connection = begin(&server, "/");
    let processes = server.services();
    assert!(!processes.is_empty(), "it sleeps");
    drop(connection);
    one_ends(&server, &processes);
    server.wait_for_log(|line| line.contains("client left"));
}

pub(super) fn attack_09_a_query_is_no_argument(dialect: &Dialect) {
    let Some(server) = dialect.serve("sleeps") else { return };
    let leader = |path: &str| {
        // One that waits for its request is chosen before the next is on its way.
        let waiting = dialect.waiting(&server);
        let connection = begin(&server, path);
        let processes = if waiting.is_empty() { server.services() } else { waiting };
        let leader = processes.iter().find(|process| process.pid == process.group);
        let words = command_line(leader.expect("a group has its leader"));
        drop(connection);
        one_ends(&server, &processes);
        words
    };
    let plain = leader("/");
    assert_ne!(plain, "");
    for query in ["-s", "-d+allow_url_include%3d1", "-s&-e=1"] {
        assert_eq!(leader(&format!("/?{query}")), plain, "{query}");
    }
}

pub(super) fn attack_10_no_command_line_shows_the_request(dialect: &Dialect) {
    let secret = |builder: crate::harness::Builder| builder.env("T_SECRET", "secret_variable");
    let Some(server) = dialect.serve_with("sleeps", secret) else { return };
    let _connection = begin(&server, "/?secret_name=secret_value");
    let processes = server.services();
    assert!(!processes.is_empty(), "it sleeps");
    for process in processes {
        let words = command_line(&process);
        // The last is a part of the source.
        for text in ["secret_", "X-Secret", "begun"] {
            assert!(!words.contains(text), "{text} is in {words}");
        }
    }
}

/// Waits until one of them has ended, and no request runs.
fn one_ends(server: &Server, processes: &[Process]) {
    let has_ended = || {
        let now = server.services();
        processes.iter().any(|process| now.iter().all(|other| other.pid != process.pid))
    };
    eventually("the process has ended", || (has_ended() && server.is_idle()).then_some(()));
}

/// Asks the service that sleeps, and waits until it does.
fn begin(server: &Server, path: &str) -> Connection {
    let mut connection = server.connect();
    connection.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\nX-Secret: secret_header\r\n\r\n"));
    assert_eq!(connection.head().status, 200, "{path}");
    assert_eq!(connection.body_until("\n"), b"begun\n");
    connection
}

/// Its words, each in a line; empty when it has ended.
fn command_line(process: &Process) -> String {
    let bytes = fs::read(format!("/proc/{}/cmdline", process.pid)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', "\n")
}
