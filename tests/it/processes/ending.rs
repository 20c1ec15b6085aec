//! The server's own end by signals: what runs may finish, but not for ever.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{Shell, WAIT, assert_within};
use crate::harness::{Connection, End, Server, eventually};

/// Begins its answers and ends them when the gate is opened.
fn streaming(flags: &[&str]) -> Shell {
    Shell::serve(flags, &format!("echo begun\n{WAIT}\necho done"))
}

fn begin_streams(shell: &Shell, count: usize) -> Vec<Connection> {
    let mut streams: Vec<_> = (0..count).map(|_| shell.begin("/stream")).collect();
    for stream in &mut streams {
        assert_eq!(stream.head().status, 200);
        stream.body_until("begun\n");
    }
    streams
}

fn wait_until_refused(server: &Server) {
    eventually("no connection is taken", || TcpStream::connect(server.address()).is_err().then_some(()));
}

#[test]
fn row_26_what_runs_finishes_and_the_user_is_told() {
    for signal in [Signal::INT, Signal::TERM] {
        for (count, words) in [
            (2, "2 requests running; Ctrl-C again ends them"),
            (1, "1 request running; Ctrl-C again ends it"),
        ] {
            let mut shell = streaming(&[]);
            let gate = shell.gate();
            let mut streams = begin_streams(&shell, count);
            shell.server.signal(signal);
            shell.server.wait_for_log(|line| line.contains(words));
            wait_until_refused(&shell.server);
            drop(gate);
            for stream in &mut streams {
                assert_eq!(stream.rest(), (b"done\n".to_vec(), End::Complete));
            }
            assert_eq!(shell.server.wait(), 0);
        }
    }
}

#[test]
fn row_26_idle_connections_do_not_hold_the_server() {
    let beginnings = ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "", "G", "GET / HTTP/1.1\r\nHost: x\r\nX-Half:"];
    for beginning in beginnings {
        let mut server = Server::start(&["echo", "hello"]);
        let mut idle = server.connect();
        idle.send(beginning);
        if beginning.ends_with("\r\n\r\n") {
            assert_eq!(idle.response().text(), "hello\n");
        }
        // Answered after it, so it is accepted.
        server.assert_serves();
        let start = Instant::now();
        server.signal(Signal::TERM);
        idle.closed();
        assert_eq!(server.wait(), 0);
        assert!(start.elapsed() < Duration::from_secs(5), "{beginning:?} holds it for {:?}", start.elapsed());
    }
}

#[test]
fn row_26_nothing_outlasts_the_time_to_drain_alone() {
    let mut shell = streaming(&["--drain-timeout", "1000", "--idle-timeout", "1m"]);
    let _gate = shell.gate();
    let mut stream = begin_streams(&shell, 1).remove(0);
    let start = Instant::now();
    shell.server.signal(Signal::TERM);
    let (rest, end) = stream.rest();
    assert_within(start.elapsed(), 1000, 9000);
    assert!(rest.is_empty() && end != End::Complete, "{rest:?} {end:?}");
    assert_eq!(shell.server.wait(), 0);
    assert_within(start.elapsed(), 1000, 9000);
    eventually("its process is gone", || shell.server.processes().is_empty().then_some(()));
}

#[test]
fn row_26_what_was_cut_by_the_end_says_so() {
    let mut shell = streaming(&["--drain-timeout", "100"]);
    let _gate = shell.gate();
    let streams = begin_streams(&shell, 2);
    shell.server.signal(Signal::TERM);
    assert_eq!(shell.server.wait(), 0);
    drop(streams);
    let mut said = 0;
    shell.server.wait_for_log(|line| {
        said += usize::from(line.contains("GET /stream 200") && line.contains(" drain "));
        said == 2
    });
}

#[test]
fn attack_42_a_hundred_streams_finish_before_the_server_ends() {
    let mut shell = streaming(&["--drain-timeout", "1m"]);
    let gate = shell.gate();
    let mut streams = begin_streams(&shell, 100);
    shell.server.signal(Signal::TERM);
    shell.server.wait_for_log(|line| line.contains("100 requests running; Ctrl-C again ends them"));
    wait_until_refused(&shell.server);
    drop(gate);
    for stream in &mut streams {
        assert_eq!(stream.rest(), (b"done\n".to_vec(), End::Complete));
    }
    assert_eq!(shell.server.wait(), 0);
    eventually("everything is gone", || shell.server.processes().is_empty().then_some(()));
}

#[test]
fn attack_42_a_hundred_streams_are_cut_at_the_deadline() {
    let mut shell = streaming(&["--drain-timeout", "500"]);
    let _gate = shell.gate();
    let mut streams = begin_streams(&shell, 100);
    shell.server.signal(Signal::TERM);
    for stream in &mut streams {
        let (rest, end) = stream.rest();
        assert!(rest.is_empty() && end != End::Complete, "{rest:?} {end:?}");
    }
    assert_eq!(shell.server.wait(), 0);
    eventually("everything is gone", || shell.server.processes().is_empty().then_some(()));
}

#[test]
fn attack_42_a_second_signal_ends_at_once_alone() {
    for second in [Signal::TERM, Signal::INT] {
        let mut shell = Shell::serve(
            &["--drain-timeout", "1m", "--idle-timeout", "1m"],
            &format!("trap '' TERM\necho begun\n{WAIT}\necho done"),
        );
        let _gate = shell.gate();
        let mut streams = begin_streams(&shell, 20);
        shell.server.signal(Signal::TERM);
        wait_until_refused(&shell.server);
        let start = Instant::now();
        shell.server.signal(second);
        for stream in &mut streams {
            assert_ne!(stream.rest().1, End::Complete);
        }
        shell.server.wait();
        assert_within(start.elapsed(), 0, 20_000);
        eventually("everything is gone", || shell.server.processes().is_empty().then_some(()));
    }
}
