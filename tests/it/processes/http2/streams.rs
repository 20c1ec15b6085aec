//! What holds for a request on HTTP/1.1 holds on a stream of HTTP/2, and streams do not disturb each other.

use std::time::Instant;

use super::client::{Client, END_STREAM, Finish};
use crate::harness::Server;
use crate::processes::{LONG_GRACE, Shell, assert_soon, time_to_end};

#[test]
fn row_41_duplex_on_a_stream() {
    let server = Server::start(&["cat"]);
    let mut client = Client::open(&server);
    let id = client.post("/");
    for (at, byte) in [b"a", b"b", b"c"].into_iter().enumerate() {
        client.body(id, byte, 0);
        client.wait(id, |answer| answer.body.len() == at + 1);
    }
    client.body(id, b"d", END_STREAM);
    let answer = client.answer(id);
    assert_eq!((answer.is_ok, answer.body.as_slice()), (Some(true), &b"abcd"[..]));
    assert_eq!(answer.finish, Some(Finish::Complete));
}

#[test]
fn attack_19_one_that_never_reads_stalls_no_other() {
    let shell = Shell::serve(&[], "[ $PATH_INFO = /deaf ] && exec sleep 60; exec cat");
    shell.server.unharmed(|| {
        let mut client = Client::open(&shell.server);
        let deaf: Vec<_> = (0..20).map(|_| client.post("/deaf")).collect();
        // The pipe of each is full, and then its stream.
        for id in &deaf {
            let most = vec![b'x'; client.window_of(*id).min(65_536)];
            client.body(*id, &most, 0);
        }
        let body = vec![b'y'; 3_000_000];
        let id = client.post("/cat");
        client.body(id, &body, END_STREAM);
        let answer = client.answer(id);
        assert_eq!((answer.is_ok, answer.finish), (Some(true), Some(Finish::Complete)));
        assert!(answer.body == body, "{} bytes came back", answer.body.len());
        assert!(deaf.iter().all(|id| client.wait(*id, |_| true).finish.is_none()));
    });
}

#[test]
fn attack_25_a_stream_that_is_reset_ends_its_process_alone() {
    let text = "[ $PATH_INFO = /cat ] && exec cat\nsleep 60 & echo $! >> \"$HERE/pids\"\n\
                echo $$ >> \"$HERE/pids\"\n[ $PATH_INFO = /begun ] && echo begun\nwait";
    let shell = Shell::serve(&LONG_GRACE, text);
    shell.server.unharmed(|| {
        let mut client = Client::open(&shell.server);
        let other = client.post("/cat");
        for path in ["/silent", "/begun"] {
            assert_soon((0..5).map(|_| {
                let before = shell.folder.lines("pids");
                let id = client.get(path);
                let pids = shell.wait_for_pids(before + 2);
                if path == "/begun" {
                    client.wait(id, |answer| answer.body == b"begun\n");
                }
                let start = Instant::now();
                client.try_reset(id).expect("the server takes the bytes");
                time_to_end(&pids[before..], start)
            }));
        }
        client.body(other, b"unharmed", END_STREAM);
        assert_eq!(client.answer(other).body, b"unharmed");
    });
    shell.server.wait_for_log(|line| line.contains("GET /silent 0 ") && line.contains("client left"));
}

#[test]
fn attack_25_a_connection_that_closes_ends_all_its_streams_alone() {
    let shell = Shell::serve(&LONG_GRACE, "echo $$ >> \"$HERE/pids\"\nexec sleep 60");
    shell.server.unharmed(|| {
        assert_soon((0..5).map(|round| {
            let mut client = Client::open(&shell.server);
            for _ in 0..20 {
                client.get("/sleep");
            }
            let pids = shell.wait_for_pids(20 * (round + 1));
            let start = Instant::now();
            drop(client);
            time_to_end(&pids[20 * round..], start)
        }));
    });
}

#[test]
fn attack_35_a_crash_in_mid_body_resets_the_stream() {
    let shell = Shell::serve(&[], "echo part\n[ $PATH_INFO = /kill ] && kill -KILL $$\nexit 3");
    shell.server.unharmed(|| {
        let mut client = Client::open(&shell.server);
        for path in ["/kill", "/exit"] {
            let id = client.get(path);
            let answer = client.answer(id);
            assert_eq!((answer.is_ok, answer.body.as_slice()), (Some(true), &b"part\n"[..]), "{path}");
            assert!(matches!(answer.finish, Some(Finish::Reset(1..))), "{:?}", answer.finish);
        }
    });
}

#[test]
fn engine_a4_what_was_written_before_the_failure_arrives_on_a_stream_too() {
    let shell = Shell::serve(&[], "printf part; exit 1");
    shell.server.unharmed(|| {
        let mut client = Client::open(&shell.server);
        for round in 0..100 {
            let id = client.get("/part");
            let answer = client.answer(id);
            let seen = (answer.is_ok, answer.body.as_slice());
            assert_eq!(seen, (Some(true), &b"part"[..]), "round {round}");
            assert!(matches!(answer.finish, Some(Finish::Reset(1..))), "round {round}: {:?}", answer.finish);
        }
    });
}

#[test]
fn engine_a5_a_window_of_zero_is_no_reason_to_live() {
    let shell = Shell::serve(&["--idle-timeout", "1s"], "exec cat /dev/zero");
    shell.server.unharmed(|| {
        let before = shell.server.peak_memory();
        let mut client = Client::with_no_window(&shell.server);
        let id = client.get("/zeros");
        let answer = client.wait(id, |answer| answer.is_ok.is_some());
        assert_eq!((answer.is_ok, answer.body.is_empty()), (Some(true), true));
        shell.wait_until_idle();
        shell.server.wait_for_log(|line| line.contains("BROKEN OFF: silent"));
        assert!(shell.server.peak_memory() - before < 1 << 20, "more than 1 MiB for one request");
    });
}
