//! How long a request may take, and what is said when it took longer.

use std::time::{Duration, Instant, SystemTime};

use super::{Shell, assert_within, begin};
use crate::harness::{End, Folder, Server, eventually, holds_for};

#[test]
fn row_15_a_request_over_its_time_is_told_what_was_ended_alone() {
    for time in ["1000", "1s"] {
        let server = Server::start(&["-t", time, "sleep", "30"]);
        let start = Instant::now();
        let response = server.get("/");
        assert_within(start.elapsed(), 1000, 9000);
        assert_eq!((response.status, response.header("x-stack-error")), (504, Some("timeout")));
        let text = response.text();
        for part in ["Timeout Limit Hit. Request Aborted!", "sleep", "--timeout"] {
            assert!(text.contains(part), "{part} is not in {text:?}");
        }
        server.wait_for_log(|line| line.contains("GET / 504") && line.contains(" timeout "));
    }
}

#[test]
fn row_15_ten_seconds_without_a_flag_and_with_one_only_its_own() {
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let server = Server::start(&["sleep", "30"]);
            let start = Instant::now();
            let response = server.get("/");
            assert_within(start.elapsed(), 10_000, 15_000);
            let code = response.header("x-stack-error");
            assert_eq!((response.status, code), (504, Some("first-byte-timeout")), "{}", response.text());
            assert!(response.text().contains("--first-byte-timeout"), "{}", response.text());
        });
        scope.spawn(|| {
            let server = Server::start(&["--", "sh", "-c", "echo part; exec sleep 30"]);
            let start = Instant::now();
            let response = server.get("/");
            assert_within(start.elapsed(), 10_000, 15_000);
            assert_eq!((response.status, response.text().as_str()), (200, "part\n"));
            assert_ne!(response.end, End::Complete);
            server.wait_for_log(|line| line.contains("BROKEN OFF: silent"));
        });
        for time in ["0", "25s"] {
            scope.spawn(move || {
                let server =
                    Server::start(&["-t", time, "--", "sh", "-c", "sleep 11; echo ok; sleep 11; echo end"]);
                let response = server.get("/");
                assert_eq!((response.text().as_str(), response.complete), ("ok\nend\n", true), "-t {time}");
            });
        }
    });
}

#[test]
fn row_15_each_limit_has_its_flag() {
    let server = Server::start(&["--first-byte-timeout", "300", "sleep", "30"]);
    assert_eq!(server.get("/").header("x-stack-error"), Some("first-byte-timeout"));
    let server = Server::start(&["--idle-timeout", "300", "--", "sh", "-c", "echo part; exec sleep 30"]);
    let response = server.get("/");
    assert_eq!((response.text().as_str(), response.complete), ("part\n", false));
}

#[test]
fn row_15_bytes_in_either_direction_are_no_silence() {
    let flags = ["--first-byte-timeout", "2s", "--idle-timeout", "2s"];
    let text = "[ $PATH_INFO = /down ] && for at in 1 2 3 4 5 6 7; do echo $at; sleep 0.5; done && exit\n\
                [ $PATH_INFO = /both ] && echo begun\ncat > /dev/null; echo received";
    let shell = Shell::serve(&flags, text);
    let response = shell.server.get("/down");
    assert_eq!((response.text().as_str(), response.complete), ("1\n2\n3\n4\n5\n6\n7\n", true));
    std::thread::scope(|scope| {
        for (path, expected) in [("/up", ""), ("/both", "begun\n")] {
            let shell = &shell;
            scope.spawn(move || {
                let mut connection = shell.server.connect();
                let chunked = "HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
                connection.send(format!("POST {path} {chunked}"));
                if !expected.is_empty() {
                    assert_eq!(connection.head().status, 200);
                    connection.body_until(expected);
                }
                eventually(path, || (!shell.server.services().is_empty()).then_some(()));
                for _ in 0..7 {
                    connection.send_chunk("a");
                    let lives = || !shell.server.services().is_empty();
                    assert!(
                        holds_for(Duration::from_millis(500), lives),
                        "{path}: ended while it was sent to"
                    );
                }
                connection.send("0\r\n\r\n");
                if expected.is_empty() {
                    assert_eq!(connection.head().status, 200, "{path}");
                }
                assert_eq!(connection.rest(), (b"received\n".to_vec(), End::Complete), "{path}");
            });
        }
    });
}

#[test]
fn row_15_an_event_stream_may_be_silent() {
    let folder = Folder::new();
    let text = "#!/bin/sh\necho 'Content-Type: text/event-stream' >&3\necho data; sleep 1.5; echo more\n";
    let server = Server::start(&["--idle-timeout", "300", &folder.program("events", text)]);
    let response = server.get("/");
    assert_eq!((response.text().as_str(), response.complete), ("data\nmore\n", true));
}

#[test]
fn row_16_after_output_the_stream_is_broken_off_alone() {
    let server = Server::start(&["-t", "3s", "--", "sh", "-c", "echo part; exec sleep 30"]);
    let start = Instant::now();
    let mut connection = begin(&server, "/");
    assert_eq!(connection.head().status, 200);
    connection.body_until("part\n");
    assert!(connection.quiet_for(Duration::from_millis(300)), "broken off long before its time");
    let (rest, end) = connection.rest();
    assert_within(start.elapsed(), 3000, 9000);
    assert!(rest.is_empty() && end != End::Complete, "{rest:?} {end:?}");
    server.wait_for_log(|line| line.contains("BROKEN OFF: timeout"));
}

#[test]
fn row_16_output_does_not_lengthen_the_time() {
    let server = Server::start(&["-t", "1000", "--", "sh", "-c", "while echo more; do sleep 0.1; done"]);
    let response = server.get("/");
    assert!(response.text().starts_with("more\n") && !response.complete);
    server.wait_for_log(|line| line.contains("BROKEN OFF: timeout"));
}

#[test]
fn row_17_the_whole_tree_dies_alone() {
    for before in ["", "echo part; "] {
        let text = format!("{before}sleep 77 & sleep 78");
        let server = Server::start(&["-t", "1s", "--kill-grace", "20s", "--", "sh", "-c", &text]);
        let mut connection = begin(&server, "/");
        eventually("both run", || (server.services().len() == 3).then_some(()));
        assert_eq!(connection.head().status, if before.is_empty() { 504 } else { 200 });
        connection.rest();
        let cut = Instant::now();
        eventually("none is left", || server.services().is_empty().then_some(()));
        assert_within(cut.elapsed(), 0, 8000);
    }
}

#[test]
fn row_63_a_service_knows_its_deadline() {
    let now = || {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        u64::try_from(since.expect("after 1970").as_millis()).expect("before the year 500 million")
    };
    let folder = Folder::new();
    let program = folder.program("deadline", "#!/bin/sh\necho ${STACK_DEADLINE_MS-none}\n");
    let script = folder.script("deadline.sh", "echo ${STACK_DEADLINE_MS-none}");
    for service in [program, script] {
        let server = Server::start(&["-t", "5s", &service]);
        let before = now();
        let text = server.get("/").text();
        let deadline: u64 = text.trim().parse().unwrap_or_else(|_| panic!("no number: {text:?}"));
        assert!((before..=now()).contains(&(deadline - 5000)), "{before} {deadline}");
        assert_eq!(Server::start(&[&service]).get("/").text(), "none\n");
    }
    let document = |flags: &[&str]| {
        let server =
            Server::builder().arguments(flags).arguments(&["--document", "cat", "/dev/fd/4"]).start();
        server.get("/").json()["req"]["deadline"].clone()
    };
    let before = now();
    let deadline = document(&["-t", "60s"]).as_u64().expect("a number");
    assert!((before..=now()).contains(&(deadline - 60_000)), "{before} {deadline}");
    assert!(document(&[]).is_null());
}
