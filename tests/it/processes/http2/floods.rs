//! More frames than anybody needs: bounded in processes, in memory, and mostly by the end of the connection.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::client::{CONTINUATION, Client, DATA, END_STREAM, HEADERS, PING, SETTINGS, literal};
use crate::harness::{DEADLINE, Server, eventually};
use crate::processes::Shell;

/// What a flood may make of the server's memory.
const MOST: u64 = 64 << 20;
/// What is sent when nothing stops it: much more than may be kept.
const FLOOD: usize = 256 << 20;

/// How many streams at once the server lets a client open.
const STREAMS: usize = 256;

/// The most processes of services that were there at once while `act` ran.
fn most_processes(server: &Server, act: impl FnOnce()) -> usize {
    let (done, most) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                most.fetch_max(server.services().len(), Ordering::Relaxed);
            }
        });
        let _done = Done(&done);
        act();
    });
    most.into_inner()
}

/// Ends what counts meanwhile, also when the test fails.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn attack_19_a_thousand_streams_that_are_opened_and_then_reset_alone() {
    let shell = Shell::serve(&["--max-processes", "8", "--queue", "1000"], "exec sleep 60");
    shell.server.unharmed(|| {
        let mut client = Client::open(&shell.server);
        let most = most_processes(&shell.server, || {
            let mut opened: Vec<_> = (0..STREAMS).map(|_| client.get("/sleep")).collect();
            eventually("they run", || (shell.server.services().len() == 8).then_some(()));
            // A server that has had enough may close the connection, and that ends them all as well.
            let start = Instant::now();
            for _ in STREAMS..1000 {
                opened.extend(client.try_request("GET", "/sleep", END_STREAM));
            }
            for id in opened {
                let _ = client.try_reset(id);
            }
            shell.wait_until_idle();
            assert!(start.elapsed() < Duration::from_secs(1), "none is left after {:?}", start.elapsed());
        });
        assert!(most <= 8, "{most} processes");
    });
}

#[test]
fn attack_19_a_thousand_streams_that_are_each_reset_at_once() {
    let shell = Shell::serve(&["--max-processes", "8"], "exec sleep 60");
    shell.server.unharmed(|| {
        let mut client = Client::open(&shell.server);
        let most = most_processes(&shell.server, || {
            for _ in 0..1000 {
                let opened = client.try_request("GET", "/sleep", END_STREAM);
                if opened.and_then(|id| client.try_reset(id)).is_err() {
                    break;
                }
            }
            eventually("all were seen", || shell.server.services().is_empty().then_some(()));
        });
        assert!(most <= 8, "{most} processes");
        drop(client);
        shell.wait_until_idle();
    });
}

/// Sends the same bytes until the server closes, or takes no more, or has taken the whole [`FLOOD`].
fn flood(client: &mut Client, bytes: &[u8]) -> usize {
    client.set_patience(Duration::from_secs(2));
    let mut sent = 0;
    while sent < FLOOD && client.send_raw(bytes).is_ok() {
        sent += bytes.len();
    }
    sent
}

/// So many equal frames in one piece of memory.
fn frames(count: usize, kind: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [&[length[1], length[2], length[3], kind, 0][..], &stream.to_be_bytes()].concat();
    [head.as_slice(), payload].concat().repeat(count)
}

#[test]
fn attack_19_headers_that_never_end_close_the_connection() {
    let server = Server::start(&["echo", "hello"]);
    server.unharmed(|| {
        let mut client = Client::open(&server);
        let mut block = Vec::new();
        literal(&mut block, ":method", "GET");
        client.send(HEADERS, END_STREAM, 1, &block).expect("the server takes the bytes");
        let mut more = Vec::new();
        while more.len() < 16_000 {
            literal(&mut more, "x-more", &"x".repeat(100));
        }
        let sent = flood(&mut client, &frames(16, CONTINUATION, 1, &more));
        assert!(sent < FLOOD, "it went on taking headers");
        assert!(client.ends_within(DEADLINE));
        assert!(server.peak_memory() < MOST, "{} bytes were resident", server.peak_memory());
    });
}

#[test]
fn attack_19_data_without_bytes_closes_the_connection() {
    let server = Server::start(&["sh", "-c", "[ $REQUEST_METHOD = GET ] || cat"]);
    server.unharmed(|| {
        let mut client = Client::open(&server);
        let id = client.post("/");
        let sent = flood(&mut client, &frames(1000, DATA, id, b""));
        assert!(sent < FLOOD, "it went on taking empty frames");
        assert!(client.ends_within(DEADLINE));
        assert!(server.peak_memory() < MOST, "{} bytes were resident", server.peak_memory());
    });
}

#[test]
fn attack_19_pings_and_settings_that_nobody_reads_the_answers_of() {
    let server = Server::start(&["echo", "hello"]);
    server.unharmed(|| {
        let floods = [frames(1000, PING, 0, b"12345678"), frames(1000, SETTINGS, 0, &[0, 3, 0, 0, 1, 0])];
        for bytes in floods {
            let mut client = Client::open(&server);
            let sent = flood(&mut client, &bytes);
            assert!(sent < FLOOD, "answers were heaped up for {sent} bytes");
            server.assert_serves();
            assert!(server.peak_memory() < MOST, "{} bytes were resident", server.peak_memory());
        }
    });
}

#[test]
fn attack_19_a_window_of_zero_for_ever_ends_with_its_connection() {
    let shell = Shell::serve(&["--idle-timeout", "1s"], "exec cat /dev/zero");
    shell.server.unharmed(|| {
        let mut clients = [Client::with_no_window(&shell.server), Client::with_no_window(&shell.server)];
        for client in &mut clients {
            for _ in 0..50 {
                client.get("/zeros");
            }
        }
        // One of the two still answers pings.
        clients[1].play_dead();
        std::thread::scope(|scope| {
            for client in &mut clients {
                scope.spawn(|| assert!(client.ends_within(Duration::from_secs(100)), "still open"));
            }
        });
        shell.wait_until_idle();
        assert!(shell.server.peak_memory() < MOST, "{} bytes were resident", shell.server.peak_memory());
    });
}
