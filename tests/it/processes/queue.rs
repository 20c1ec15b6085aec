//! How many processes there may be, and what becomes of the requests beyond.

use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use super::{Shell, WAIT, assert_within};
use crate::harness::{Response, holds_for};

/// Notes its start, then waits at the gate before its first byte.
fn waiter(flags: &[&str]) -> Shell {
    Shell::serve(flags, &format!("echo $$ >> \"$HERE/pids\"\n{WAIT}\necho done"))
}

fn assert_refused(response: &Response, code: &str) {
    assert_eq!((response.status, response.header("x-stack-error")), (503, Some(code)), "{}", response.text());
    let after = response.header("retry-after").expect("a client is told when to come again");
    assert!(after.parse::<u32>().is_ok(), "{after}");
}

#[test]
fn row_74_beyond_the_bounds_requests_wait_and_then_are_refused() {
    let shell = waiter(&["--max-processes", "2", "--queue", "1", "--queue-timeout", "1m"]);
    let gate = shell.gate();
    let mut running = [shell.begin("/one"), shell.begin("/two")];
    shell.wait_for_pids(2);
    let mut waiting = shell.begin("/three");
    shell.server.wait_for_log(|line| line.contains("2 of 2 running, 1 waiting"));
    assert_refused(&shell.server.get("/four"), "queue-full");
    assert!(holds_for(Duration::from_millis(100), || shell.folder.lines("pids") == 2), "a third was started");
    drop(gate);
    for connection in &mut running {
        assert_eq!(connection.response().text(), "done\n");
    }
    assert_eq!(waiting.response().text(), "done\n");
    assert_eq!(shell.server.log().iter().filter(|line| line.contains(" running, ")).count(), 1, "said once");
    shell.server.unharmed(|| ());
}

#[test]
fn row_74_nobody_waits_longer_than_the_queue_lets_them_alone() {
    let shell = waiter(&["--max-processes", "1", "--queue-timeout", "500"]);
    let gate = shell.gate();
    let mut running = shell.begin("/one");
    shell.wait_for_pids(1);
    let start = Instant::now();
    assert_refused(&shell.server.get("/two"), "queue-timeout");
    assert_within(start.elapsed(), 500, 9000);
    assert_eq!(shell.folder.lines("pids"), 1, "it was started after all");
    drop(gate);
    assert_eq!(running.response().text(), "done\n");
    shell.server.unharmed(|| ());
}

#[test]
fn row_74_without_a_queue_nobody_waits() {
    let shell = waiter(&["--max-processes", "1", "--queue", "0"]);
    let gate = shell.gate();
    let mut running = shell.begin("/one");
    shell.wait_for_pids(1);
    assert_refused(&shell.server.get("/two"), "queue-full");
    drop(gate);
    assert_eq!(running.response().text(), "done\n");
}

#[test]
fn row_74_a_client_that_leaves_the_queue_starts_nothing() {
    let shell = waiter(&["--max-processes", "1", "--queue", "1", "--queue-timeout", "1m"]);
    let gate = shell.gate();
    let mut running = shell.begin("/one");
    shell.wait_for_pids(1);
    let leaving = shell.begin("/leaves");
    shell.server.wait_for_log(|line| line.contains("1 of 1 running, 1 waiting"));
    drop(leaving);
    shell.server.wait_for_log(|line| line.contains("GET /leaves") && line.contains("client left"));
    let mut waiting = shell.begin("/stays");
    // Its place in the queue was given back, so this one is not refused.
    assert!(waiting.quiet_for(Duration::from_millis(200)));
    drop(gate);
    assert_eq!(running.response().text(), "done\n");
    assert_eq!(waiting.response().text(), "done\n");
    assert_eq!(shell.folder.lines("pids"), 2, "the one that left was started");
}

#[test]
fn row_74_only_so_many_are_on_their_way_to_their_first_byte() {
    let most = (4 * available_parallelism().map_or(1, usize::from)).max(32);
    let text =
        format!("[ $PATH_INFO = /answers ] && echo begun\necho $$ >> \"$HERE/pids\"\n{WAIT}\necho done");
    let shell = Shell::serve(&["-t", "1m", "--max-processes", "5000"], &text);
    let gate = shell.gate();
    // Those that have answered already do not count.
    let mut streams: Vec<_> = (0..most).map(|_| shell.begin("/answers")).collect();
    for stream in &mut streams {
        assert_eq!(stream.head().status, 200);
        stream.body_until("begun\n");
    }
    let mut silent: Vec<_> = (0..most + 3).map(|_| shell.begin("/silent")).collect();
    shell.wait_for_pids(2 * most);
    let is_bounded = holds_for(Duration::from_millis(300), || shell.folder.lines("pids") == 2 * most);
    assert!(is_bounded, "more than {most} were started: {}", shell.folder.lines("pids") - most);
    drop(gate);
    for connection in &mut silent {
        assert_eq!(connection.response().text(), "done\n");
    }
    assert_eq!(shell.folder.lines("pids"), 2 * most + 3);
}
