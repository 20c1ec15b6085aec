//! Clients that are slow on purpose, or stop: each meets a deadline, and costs the others nothing.

use std::time::{Duration, Instant};

use rustix::process::{Resource, getrlimit, setrlimit};

use super::{Shell, assert_within, begin};
use crate::harness::{Connection, End, Folder, Server, eventually, holds_for};

/// Connections that have sent the beginning of a head, or nothing.
fn dawdlers(server: &Server) -> Vec<Connection> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("the soft limit may be raised");
    let beginnings = ["GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", "G", "", "PRI * HTTP/2.0\r\n\r\nSM", "P"];
    let mut connections: Vec<_> = (0..1000).map(|_| server.connect()).collect();
    for (at, connection) in connections.iter_mut().enumerate() {
        connection.send(beginnings[at % beginnings.len()]);
    }
    connections
}

#[test]
fn attack_22_a_head_has_its_time_and_no_more() {
    let server = Server::start(&["echo", "hello"]);
    server.unharmed(|| {
        let start = Instant::now();
        let mut connections = dawdlers(&server);
        for _ in 0..2 {
            assert!(connections[0].quiet_for(Duration::from_secs(10)), "closed long before its time");
            for connection in connections.iter_mut().step_by(5) {
                connection.send("x");
            }
        }
        for connection in &mut connections {
            connection.closed();
        }
        assert_within(start.elapsed(), 29_000, 45_000);
    });
}

#[test]
fn attack_22_others_are_served_meanwhile_alone() {
    let server = Server::start(&["echo", "hello"]);
    server.unharmed(|| {
        let connections = dawdlers(&server);
        for _ in 0..10 {
            let start = Instant::now();
            server.assert_serves();
            assert_within(start.elapsed(), 0, 20_000);
        }
        drop(connections);
    });
}

#[test]
fn attack_23_a_body_that_does_not_come_is_408() {
    let folder = Folder::new();
    let script = folder.script("count.sh", "echo started >> \"$HERE/starts\"; cat");
    let parsed = Server::builder().arguments(&[script]).env("HERE", folder.root()).start();
    let streamed = Server::start(&["--first-byte-timeout", "1s", "cat"]);
    let ask = |server: &Server, beginning: &str| {
        let mut connection = server.connect();
        connection.send(format!(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{beginning}"
        ));
        let response = connection.response();
        let code = response.header("x-stack-error").map(str::to_owned);
        assert_eq!((response.status, code.as_deref()), (408, Some("body-timeout")), "{}", response.text());
        connection.closed();
    };
    let start = Instant::now();
    streamed.unharmed(|| ask(&streamed, ""));
    assert_within(start.elapsed(), 1000, 10_000);
    let start = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| ask(&parsed, "{"));
        scope.spawn(|| ask(&parsed, ""));
    });
    assert_within(start.elapsed(), 29_000, 45_000);
    assert_eq!(folder.lines("starts"), 0, "nothing was started for a body that never came");
}

/// How many sockets the server has: its own, and those of clients.
fn sockets(server: &Server) -> usize {
    server.footprint().descriptors.get("socket").copied().unwrap_or(0)
}

/// Has clients ask for zeros without end and read none of them, until all is over on the server's side.
fn assert_let_go(shell: &Shell, reason: &str) {
    shell.server.unharmed(|| {
        shell.server.settled();
        let (memory, own_sockets) = (shell.server.peak_memory(), sockets(&shell.server));
        let connections: Vec<_> = (0..8).map(|_| shell.begin("/zeros")).collect();
        eventually("all write", || (shell.server.services().len() == 8).then_some(()));
        shell.wait_until_idle();
        let mut accounts = 0;
        shell.server.wait_for_log(|line| {
            accounts += usize::from(line.contains("GET /zeros 200") && line.contains(reason));
            accounts == 8
        });
        // What is left of their answers keeps no connection, though nobody takes it.
        eventually("they are let go", || (sockets(&shell.server) <= own_sockets).then_some(()));
        assert!(shell.server.peak_memory() - memory < 8 << 20, "more than 1 MiB for each request");
        for mut connection in connections {
            assert_eq!(connection.head().status, 200);
            assert_ne!(connection.rest().1, End::Complete);
        }
    });
}

#[test]
fn attack_24_a_client_that_never_reads_costs_little_and_not_for_long() {
    assert_let_go(&Shell::serve(&["--idle-timeout", "2s"], "exec cat /dev/zero"), "BROKEN OFF: silent");
}

#[test]
fn engine_a5_a_client_that_never_reads_is_ended_at_the_total_limit_too() {
    assert_let_go(&Shell::serve(&["-t", "2s"], "exec cat /dev/zero"), "BROKEN OFF: timeout");
}

#[test]
fn engine_a5_an_answer_that_is_over_and_not_taken_is_let_go() {
    // It exits well with its pipe full, and nobody takes what is in there.
    let shell = Shell::serve(&["--idle-timeout", "2s"], "timeout 0.5 cat /dev/zero; exit 0");
    shell.server.unharmed(|| {
        let connections: Vec<_> = (0..8).map(|_| shell.begin("/zeros")).collect();
        let mut accounts = 0;
        shell.server.wait_for_log(|line| {
            accounts += usize::from(line.contains("GET /zeros 200"));
            accounts == connections.len()
        });
    });
}

#[test]
fn engine_a5_a_client_that_stops_sending_is_ended() {
    let text = "[ $PATH_INFO = /begins ] && echo begun\ncat > /dev/null\necho whole >> \"$HERE/whole\"";
    let shell = Shell::serve(&["--idle-timeout", "1s", "--first-byte-timeout", "1s"], text);
    shell.server.unharmed(|| {
        for (path, status) in [("/begins", 200), ("/waits", 408)] {
            let mut connection = shell.server.connect();
            connection.send(format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello"));
            assert_eq!(connection.head().status, status, "{path}");
            let (_, end) = connection.rest();
            assert_eq!(end == End::Complete, status == 408, "{path}");
            shell.wait_until_idle();
        }
        assert_eq!(shell.folder.lines("whole"), 0, "half a body looked whole");
    });
}

#[test]
fn engine_a5_a_body_that_nobody_reads_holds_up_nothing() {
    let shell = Shell::serve(&[], "echo answered");
    shell.server.unharmed(|| {
        let head = "POST /ignores HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n";
        for sent in [0, 100, 3_000_000] {
            let mut connection = shell.server.connect();
            let response = connection.exchange(&[head.as_bytes(), &vec![b'x'; sent]].concat());
            assert_eq!(
                (response.text().as_str(), response.complete),
                ("answered\n", true),
                "{sent} bytes sent"
            );
        }
        // What was sent of the body is never taken for the next request, and the end comes in time.
        let mut connection = shell.server.connect();
        connection.send(format!("{head}GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_eq!(connection.response().text(), "answered\n");
        assert!(connection.try_head().is_err(), "the connection ends");
    });
}

#[test]
fn engine_a4_a_slow_client_gets_everything_of_an_answer_that_ended_well() {
    let shell = Shell::serve(&[], "head -c 3000000 /dev/zero | tr '\\0' x");
    shell.server.unharmed(|| {
        for _ in 0..3 {
            let mut connection = begin(&shell.server, "/large");
            assert_eq!(connection.head().status, 200);
            let mut length = 0;
            for _ in 0..8 {
                // Much longer in all than the 250 ms that something may hold the output open.
                assert!(holds_for(Duration::from_millis(100), || connection.ended().is_none()));
                length += connection.piece().expect("there is more").len();
            }
            let (rest, end) = connection.rest();
            assert_eq!((length + rest.len(), end), (3_000_000, End::Complete));
        }
    });
}
