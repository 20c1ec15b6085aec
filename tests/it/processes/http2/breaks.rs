//! A stream that is broken off, and one that is over, while its client takes little or nothing of it.

use std::time::{Duration, Instant};

use super::client::{Client, END_STREAM, Finish};
use crate::harness::{Server, eventually, holds_for};
use crate::processes::{Shell, assert_soon, assert_within};

/// Longer than any break may take for granted.
const LATE: Duration = Duration::from_millis(400);

/// Fails after a few bytes, or after five thousand, or before the first of ten that it declared. What is larger than
/// a window is written at once: while a second piece waits for one, hyper asks for nothing, not even for a break.
const BREAKS: &str = "case $PATH_INFO in
/zeros) exec cat /dev/zero ;;
/part) printf part; exit 1 ;;
/head) echo 'Content-Length: 10' >&3 ;;
/large) printf %05000d 0; exit 3 ;;
/later) printf x; sleep 0.05; printf %04999d 0; exit 3 ;;
/slowly) printf %02500d 0; sleep 0.05; printf %02500d 0; exit 3 ;;
esac";

/// Waits until the client's socket and the server's are full.
fn stalled(client: &Client) {
    eventually("the connection is full", || {
        let unread = client.unread();
        (unread > 0 && holds_for(Duration::from_millis(100), || client.unread() == unread)).then_some(())
    });
}

#[test]
fn engine_a4_a_break_does_not_overtake_what_is_not_written() {
    let shell = Shell::serve(&[], BREAKS);
    shell.server.unharmed(|| {
        let mut client = Client::with_every_window(&shell.server);
        client.get("/zeros");
        stalled(&client);
        let broken = [("/part", "part"), ("/head", "")].map(|(path, body)| (client.get(path), path, body));
        eventually("they have failed", || (shell.server.services().len() == 1).then_some(()));
        assert!(holds_for(LATE, || true));
        for (id, path, body) in broken {
            let answer = client.answer(id);
            assert_eq!((answer.is_ok, answer.body.as_slice()), (Some(true), body.as_bytes()), "{path}");
            assert!(matches!(answer.finish, Some(Finish::Reset(1..))), "{path}: {:?}", answer.finish);
        }
    });
}

#[test]
fn engine_a4_a_window_that_opens_late_gets_what_was_written_before_a_break() {
    let shell = Shell::serve(&[], BREAKS);
    shell.server.unharmed(|| {
        for path in ["/large", "/later", "/slowly"] {
            let mut client = Client::with_window(&shell.server, 1000);
            let id = client.get(path);
            client.wait(id, |answer| answer.body.len() == 1000);
            assert!(holds_for(LATE, || true));
            client.open_window(id, 4000);
            let answer = client.answer(id);
            assert_eq!(answer.body.len(), 5000, "{path}");
            assert!(matches!(answer.finish, Some(Finish::Reset(1..))), "{path}: {:?}", answer.finish);
        }
    });
}

#[test]
fn engine_a4_a_window_that_never_opens_holds_a_break_up_to_the_limit() {
    let shell = Shell::serve(&["--idle-timeout", "1s"], BREAKS);
    shell.server.unharmed(|| {
        let mut client = Client::with_window(&shell.server, 1000);
        for path in ["/large", "/later"] {
            let start = Instant::now();
            let id = client.get(path);
            let answer = client.answer(id);
            assert_within(start.elapsed(), 900, 10_000);
            assert_eq!(answer.body.len(), 1000, "{path}");
            assert!(matches!(answer.finish, Some(Finish::Reset(1..))), "{path}: {:?}", answer.finish);
        }
        // That was the end of two streams and not of their connection.
        let id = client.get("/");
        assert_eq!(client.answer(id).finish, Some(Finish::Complete));
    });
}

#[test]
fn engine_a4_a_break_waits_for_nothing_else_alone() {
    let shell = Shell::serve(&[], BREAKS);
    shell.server.unharmed(|| {
        let mut client = Client::open(&shell.server);
        for path in ["/part", "/head"] {
            assert_soon((0..10).map(|_| {
                let start = Instant::now();
                let id = client.get(path);
                let answer = client.answer(id);
                assert_eq!(answer.is_ok, Some(true), "{path}");
                assert!(matches!(answer.finish, Some(Finish::Reset(1..))), "{path}: {:?}", answer.finish);
                start.elapsed()
            }));
        }
    });
}

/// What is over at once, in each way that there is.
const OVER: &str = "case $PATH_INFO in
/well) echo body ;;
/badly) echo body; exit 3 ;;
/early) echo body; echo '{\"type\":\"end\"}' >&3; exec sleep 60 ;;
/large) head -c 100000 /dev/zero ;;
/fails) exit 1 ;;
/cat) exec cat ;;
esac";

/// Longer than every limit that holds, and no longer than a connection is left without a ping.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn engine_a5_an_answer_that_is_over_and_never_taken_ends_its_connection() {
    let shell = Shell::serve(&["--idle-timeout", "1s"], OVER);
    shell.server.unharmed(|| {
        std::thread::scope(|scope| {
            for path in ["/well", "/badly", "/early", "/large", "/fails"] {
                let server = &shell.server;
                scope.spawn(move || assert_let_go(server, path));
            }
        });
        shell
            .server
            .wait_for_log(|line| line.contains("GET /well 200") && line.contains("BROKEN OFF: silent"));
    });
}

fn assert_let_go(server: &Server, path: &str) {
    let mut client = Client::with_no_window(server);
    let id = client.get(path);
    let answer = client.wait(id, |answer| answer.is_ok.is_some());
    assert_eq!(answer.is_ok, Some(path != "/fails"), "{path}");
    assert!(client.ends_within(PATIENCE), "{path}: still open");
}

#[test]
fn engine_a5_an_answer_that_is_never_taken_ends_no_other() {
    let shell = Shell::serve(&["--idle-timeout", "1s"], OVER);
    shell.server.unharmed(|| {
        let mut client = Client::with_no_window(&shell.server);
        client.get("/well");
        let other = client.post("/cat");
        client.open_window(other, 1000);
        let (start, mut sent) = (Instant::now(), 0);
        while start.elapsed() < Duration::from_secs(4) {
            client.body(other, b"x", 0);
            sent += 1;
            client.wait(other, |answer| answer.body.len() == sent);
            assert!(holds_for(Duration::from_millis(50), || true));
        }
        client.body(other, b"x", END_STREAM);
        assert_eq!(client.answer(other).finish, Some(Finish::Complete));
        assert!(client.ends_within(PATIENCE), "still open");
    });
}
