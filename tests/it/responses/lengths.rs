//! Where an answer ends: a declared length that is not kept, HTTP/1.0, and answers without a body.

use super::begin;
use crate::harness::{Connection, End, Folder, Server};

/// A program that declares a length and writes `hello`: at once, so that all is known before the head, or slowly.
fn declaring(length: u64) -> (Folder, Server) {
    let folder = Folder::new();
    let script = format!(
        "#!/bin/sh
echo 'Content-Length: {length}' >&3
case $PATH_INFO in
/at-once) printf hello ;;
/slowly) printf hel; sleep 0.02; printf lo ;;
/nothing) ;;
esac
"
    );
    let server = Server::start(&[folder.program("declare", &script)]);
    (folder, server)
}

/// Asked so often, each program is met before and after its exit is known.
const OFTEN: usize = 20;

#[test]
fn attack_34_a_body_shorter_than_its_length_is_visibly_cut() {
    let (_folder, server) = declaring(10);
    for (path, expected) in [("/at-once", "hello"), ("/slowly", "hello"), ("/nothing", "")] {
        for _ in 0..OFTEN {
            let mut connection = begin(&server, path);
            assert_eq!(connection.head().header("content-length"), Some("10"), "{path}");
            let (body, end) = connection.rest();
            assert_eq!(String::from_utf8_lossy(&body), expected, "{path}: never padded");
            assert_ne!(end, End::Complete, "{path}");
        }
        server.wait_for_log(|line| line.contains(path) && line.contains("BROKEN OFF: short"));
    }
}

#[test]
fn attack_34_a_body_longer_than_its_length_is_cut_there() {
    let (_folder, server) = declaring(4);
    for path in ["/at-once", "/slowly"] {
        // On one connection, so that a fifth byte would be taken for the next answer.
        let mut connection = server.connect();
        for _ in 0..OFTEN {
            connection.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
            let answer = connection.response();
            assert_eq!(answer.header("content-length"), Some("4"), "{path}");
            assert_eq!((answer.text().as_str(), answer.end), ("hell", End::Complete), "{path}");
        }
    }
}

#[test]
fn attack_34_a_body_of_its_length_is_whole() {
    let (_folder, server) = declaring(5);
    for path in ["/at-once", "/slowly"] {
        for _ in 0..OFTEN {
            let answer = server.get(path);
            assert_eq!(answer.header_values("content-length"), ["5"], "{path}");
            assert_eq!(answer.header("transfer-encoding"), None, "{path}");
            assert_eq!((answer.text().as_str(), answer.end), ("hello", End::Complete), "{path}");
        }
    }
}

#[test]
fn row_58_a_failure_behind_a_declared_length_is_only_logged() {
    let server = Server::start(&["--", "sh", "-c", "echo 'Content-Length: 5' >&3; printf hello; exit 3"]);
    let answer = server.get("/");
    // The client has all that was promised; that the service failed stands in the log.
    assert_eq!((answer.status, answer.text().as_str()), (200, "hello"));
    server.wait_for_log(|line| line.contains("exit 3"));
}

fn on_1_0(server: &Server, path: &str) -> Connection {
    let mut connection = server.connect();
    connection.send(format!("GET {path} HTTP/1.0\r\n\r\n"));
    connection
}

/// Ends at once, streams, or fails after its first byte.
const OLD: &str = "case $PATH_INFO in
/short) printf hello ;;
/stream) echo one; sleep 0.1; echo two ;;
/fail) echo one; sleep 0.05; exit 1 ;;
esac";

#[test]
fn engine_b9_on_http_1_0_a_short_answer_has_its_length() {
    let server = Server::start(&["printf", "hello"]);
    let answers: Vec<_> = (0..20).map(|_| on_1_0(&server, "/").response()).collect();
    assert!(answers.iter().all(|answer| answer.version == "1.0" && answer.text() == "hello"));
    assert!(answers.iter().all(|answer| answer.header("transfer-encoding").is_none()));
    // An exit that comes later than the server waits leaves the close as the only sign.
    let lengths = answers.iter().filter_map(|answer| answer.header("content-length"));
    let lengths: Vec<_> = lengths.collect();
    assert!(!lengths.is_empty() && lengths.iter().all(|length| *length == "5"), "{lengths:?}");
}

#[test]
fn engine_b9_on_http_1_0_a_stream_ends_with_its_connection() {
    let server = Server::start(&["--", "sh", "-c", OLD]);
    let mut connection = on_1_0(&server, "/stream");
    let head = connection.head();
    assert_eq!((head.header("transfer-encoding"), head.header("content-length")), (None, None));
    assert_eq!(connection.body_until("one\n"), b"one\n", "it streams all the same");
    assert_eq!(connection.rest(), (b"two\n".to_vec(), End::Complete));
}

#[test]
fn engine_b9_on_http_1_0_a_break_is_a_reset() {
    let server = Server::start(&["--", "sh", "-c", OLD]);
    for _ in 0..20 {
        let mut connection = on_1_0(&server, "/fail");
        assert_eq!(connection.head().status, 200);
        assert_eq!(connection.rest(), (b"one\n".to_vec(), End::Reset));
    }
}

#[test]
fn attack_21_a_head_request_has_the_length_that_the_answer_would_have() {
    let (_folder, server) = declaring(5);
    let head = server.request("HEAD", "/at-once", &[], b"");
    assert_eq!((head.status, head.header("content-length")), (200, Some("5")));
    let missing = Server::start(&["--", "sh", "-c", "echo 'Status: 404' >&3; echo body; exit 0"]);
    assert_eq!(missing.request("HEAD", "/", &[], b"").status, 404);
    let failing = Server::start(&["--", "sh", "-c", "exit 1"]);
    let mut connection = failing.connect();
    for _ in 0..2 {
        connection.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
        let answer = connection.response_to_head();
        assert_eq!((answer.status, answer.header("x-stack-error")), (500, Some("exit")));
    }
}

#[test]
fn attack_21_a_service_whose_body_nobody_wants_does_its_work_all_the_same() {
    let folder = Folder::new();
    let script = "#!/bin/sh
case $PATH_INFO in /204) echo 'Status: 204' >&3 ;; /304) echo 'Status: 304' >&3 ;; esac
head -c 300000 /dev/zero
echo done >> \"$0.done\"
";
    let server = Server::start(&[folder.program("work", script)]);
    let mut connection = server.connect();
    for (count, (method, path, status)) in
        [("HEAD", "/", 200), ("GET", "/204", 204), ("GET", "/304", 304)].into_iter().enumerate()
    {
        connection.send(format!("{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_eq!(connection.response_to_head().status, status);
        assert_eq!(folder.lines("work.done"), count + 1, "{method} {path}: it ran to its end");
    }
}

#[test]
fn attack_21_a_length_without_its_body_is_no_break_where_no_body_is_sent() {
    let script = "[ \"$PATH_INFO\" = /304 ] && echo 'Status: 304' >&3; echo 'Content-Length: 10' >&3; exit 0";
    let server = Server::start(&["--", "sh", "-c", script]);
    let requests = ["HEAD /head HTTP/1.1", "GET /304 HTTP/1.1", "HEAD /head-1.0 HTTP/1.0"];
    for request in requests {
        let mut connection = server.connect();
        connection.send(format!("{request}\r\nHost: x\r\nConnection: close\r\n\r\n"));
        let answer = connection.response_to_head();
        assert_eq!(answer.status, if request.contains("304") { 304 } else { 200 }, "{request}");
        if request.starts_with("HEAD") {
            assert_eq!(answer.header("content-length"), Some("10"), "{request}");
        }
        assert_eq!(connection.closed(), End::Closed, "{request}");
        let path = request.split(' ').nth(1).unwrap();
        let line = server.wait_for_log(|line| line.contains(&format!(" {path} ")) && line.contains(" B "));
        assert!(line.contains(" exit 0 ") && !line.contains("BROKEN OFF"), "{line}");
    }
}
