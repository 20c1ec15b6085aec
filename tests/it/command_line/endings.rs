//! How the server ends: what it says, whom it waits for, and for how long.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::harness::{Connection, End, Folder, Server, eventually};

/// Starts a server with as many running requests as there are names; each goes on when its pipe is written to.
fn busy(folder: &Folder, names: &[&str], flags: &[&str]) -> (Server, Vec<Connection>) {
    let script =
        folder.program("wait", "#!/bin/sh\necho started\nread line < \"./$QUERY_STRING\"\necho done\n");
    let server = Server::start(&[flags, &[&script]].concat());
    let connections = names.iter().map(|name| {
        folder.fifo(name);
        let mut connection = server.connect();
        connection.send(format!("GET /?{name} HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_eq!(connection.head().status, 200);
        connection.body_until("started\n");
        connection
    });
    let connections = connections.collect();
    (server, connections)
}

#[test]
fn row_26_running_requests_are_counted_and_finish() {
    for signal in [Signal::INT, Signal::TERM] {
        let folder = Folder::new();
        let (mut server, mut connections) = busy(&folder, &["one", "two"], &["--drain-timeout", "5m"]);
        server.signal(signal);
        server.wait_for_log(|line| line == "2 requests running; Ctrl-C again ends them");
        for (name, connection) in ["one", "two"].iter().zip(&mut connections) {
            fs::write(folder.path(name), "go on\n").unwrap();
            assert_eq!(connection.rest(), (b"done\n".to_vec(), End::Complete));
        }
        drop(connections);
        assert_eq!(server.wait(), 0);
    }
}

#[test]
fn row_26_a_terminal_signals_the_server_and_no_service() {
    let folder = Folder::new();
    let script = folder.program("wait", "#!/bin/sh\necho started\nread line < ./pipe\necho done\n");
    let mut server =
        Server::builder().under(&["setsid"]).arguments(&["--drain-timeout", "5m", &script]).start();
    folder.fifo("pipe");
    let mut connection = server.connect();
    connection.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!(connection.head().status, 200);
    connection.body_until("started\n");
    // What Ctrl-C does: the whole foreground group has the signal.
    let group = Pid::from_raw(i32::try_from(server.pid()).unwrap()).unwrap();
    kill_process_group(group, Signal::INT).unwrap();
    server.wait_for_log(|line| line == "1 request running; Ctrl-C again ends it");
    fs::write(folder.path("pipe"), "go on\n").unwrap();
    assert_eq!(connection.rest(), (b"done\n".to_vec(), End::Complete));
    drop(connection);
    assert_eq!(server.wait(), 0);
}

#[test]
fn row_26_one_request_is_one_request() {
    let folder = Folder::new();
    let (mut server, mut connections) = busy(&folder, &["one"], &["--drain-timeout", "5m"]);
    server.signal(Signal::INT);
    server.wait_for_log(|line| line == "1 request running; Ctrl-C again ends it");
    fs::write(folder.path("one"), "go on\n").unwrap();
    assert_eq!(connections[0].rest().1, End::Complete);
    drop(connections);
    assert_eq!(server.wait(), 0);
}

#[test]
fn row_26_the_second_signal_ends_at_once() {
    for signals in [[Signal::INT, Signal::INT], [Signal::TERM, Signal::INT], [Signal::TERM, Signal::TERM]] {
        let folder = Folder::new();
        let (mut server, mut connections) = busy(&folder, &["one", "two"], &["--drain-timeout", "5m"]);
        server.signal(signals[0]);
        server.wait_for_log(|line| line.starts_with("2 requests running"));
        server.signal(signals[1]);
        server.wait();
        for connection in &mut connections {
            let (body, end) = connection.rest();
            assert!(body.is_empty() && end != End::Complete, "{body:?} {end:?}");
        }
        eventually("its processes are gone", || server.processes().is_empty().then_some(()));
    }
}

#[test]
fn row_26_it_waits_no_longer_than_it_was_told() {
    let folder = Folder::new();
    let (mut server, mut connections) = busy(&folder, &["one"], &["--drain-timeout", "700ms"]);
    let start = Instant::now();
    server.signal(Signal::TERM);
    assert_eq!(server.wait(), 0);
    assert!(start.elapsed() >= Duration::from_millis(700), "{:?}", start.elapsed());
    let (body, end) = connections[0].rest();
    assert!(body.is_empty() && end != End::Complete, "{body:?} {end:?}");
    eventually("its processes are gone", || server.processes().is_empty().then_some(()));
}

#[test]
fn row_26_an_idle_server_ends_without_a_word() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut server = Server::start(&["--drain-timeout", "5m", "echo", "hello"]);
        // An idle connection is no running request.
        let mut idle = server.connect();
        idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(idle.response().text(), "hello\n");
        server.signal(signal);
        assert_eq!(idle.closed(), End::Closed);
        drop(idle);
        assert_eq!(server.wait(), 0);
        assert!(server.log().iter().all(|line| !line.contains("running")), "{:?}", server.log());
    }
}
