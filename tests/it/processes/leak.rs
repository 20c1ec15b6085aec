//! Ten thousand requests with crashes, aborts and timeouts at random: afterwards the server holds what it held.

use std::time::{SystemTime, UNIX_EPOCH};

use super::{Shell, http2::Client};
use crate::harness::{Connection, Server};

const REQUESTS: usize = 10_000;
const CLIENTS: usize = 8;

const SERVICES: &str = "case $PATH_INFO in
/ok) echo ok ;;
/empty) ;;
/status) echo 'Status: 418' >&3; echo ok ;;
/exit) exit 3 ;;
/part) printf part; exit 1 ;;
/kill) printf part; kill -KILL $$ ;;
/orphans) sleep 60 & sleep 61 & echo ok ;;
/noise) echo noise >&2; echo ok ;;
/cat) exec cat ;;
/silent) exec sleep 60 ;;
/deaf) trap '' TERM; echo deaf; exec sleep 60 ;;
/closes) exec 0<&- 1>&- 3>&-; exec sleep 60 ;;
/endless) while echo more; do :; done ;;
esac";

/// Those that end by themselves, and those that end only with their clients or their time.
const FINITE: &[&str] =
    &["/ok", "/empty", "/status", "/exit", "/part", "/kill", "/orphans", "/noise", "/cat", "/"];
const ENDLESS: &[&str] = &["/silent", "/deaf", "/closes", "/endless"];

/// The generator of Marsaglia's xorshift; the same seed makes the same requests.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn any(&mut self) -> &'static str {
        if self.below(2) == 0 { self.of(FINITE) } else { self.of(ENDLESS) }
    }
}

#[test]
fn attack_41_ten_thousand_requests_leave_nothing_behind() {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let seed = std::env::var("LEAK_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| u64::from(since.subsec_nanos()) + since.as_secs());
    say_seed(seed);
    let flags = ["--parse", "-t", "2s", "--max-processes", "24", "--queue", "1000", "-q"];
    let shell = Shell::serve(&flags, SERVICES);
    shell.server.unharmed(|| {
        std::thread::scope(|scope| {
            for client in 1..=CLIENTS {
                let server = &shell.server;
                let random = Random(seed.wrapping_mul(2 * client as u64 + 1).max(1));
                scope.spawn(move || misbehave(server, random));
            }
        });
    });
}

/// One client's share of the requests.
fn misbehave(server: &Server, mut random: Random) {
    let mut left = REQUESTS / CLIENTS;
    while left > 0 {
        left = left.saturating_sub(one_connection(server, &mut random));
    }
}

/// Does something to the server; how many requests that was.
fn one_connection(server: &Server, random: &mut Random) -> usize {
    if random.below(40) == 0 {
        return many_streams(server, random);
    }
    let mut connection = server.connect();
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    let requests = match random.below(8) {
        0..=2 => {
            connection.send(get(random.of(FINITE)));
            connection.response();
            1
        }
        3 => {
            connection.send(get(random.any()));
            // Once in a while a client waits until the server has had enough.
            if random.below(40) == 0 {
                let _ = connection.try_head().map(|_| connection.rest());
            }
            1
        }
        4 => {
            connection.send(get(random.of(&["/ok", "/deaf", "/endless", "/part"])));
            connection.head();
            connection.piece();
            1
        }
        5 => {
            connection.send([get(random.any()), get(random.any()), "GET /ok HT".to_owned()].concat());
            2
        }
        6 => half_a_body(&mut connection, random),
        _ => an_upload(&mut connection, random),
    };
    if random.below(2) == 0 {
        connection.reset();
    }
    requests
}

fn half_a_body(connection: &mut Connection, random: &mut Random) -> usize {
    let path = random.of(&["/cat", "/ok", "/silent"]);
    let content_type = random.of(&["text/plain", "application/json", "application/x-www-form-urlencoded"]);
    let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\n");
    connection.send(format!("{head}Content-Length: 1000\r\n\r\n{}", "x".repeat(random.below(1000))));
    1
}

/// A multipart body with a file, which sometimes breaks off.
fn an_upload(connection: &mut Connection, random: &mut Random) -> usize {
    let path = random.of(&["/ok", "/exit", "/kill"]);
    let part = "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n";
    let body = format!("{part}{}\r\n--XX--\r\n", "x".repeat(5000));
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=XX\r\n");
    let is_whole = random.below(2) == 0;
    let sent = if is_whole { body.len() } else { random.below(body.len()) };
    connection.send(format!("{head}Content-Length: {}\r\n\r\n{}", body.len(), &body[..sent]));
    if is_whole {
        assert!(matches!(connection.response().status, 200 | 500));
    }
    1
}

fn many_streams(server: &Server, random: &mut Random) -> usize {
    let mut client = Client::open(server);
    let ids: Vec<_> = (0..8).map(|_| client.get(random.any())).collect();
    let finite = client.get(random.of(FINITE));
    for id in ids {
        if random.below(2) == 0 {
            client.try_reset(id).expect("eight are not too many");
        }
    }
    client.answer(finite);
    9
}

#[expect(clippy::print_stderr, reason = "LEAK_SEED repeats what is seen in the captured output")]
fn say_seed(seed: u64) {
    eprintln!("LEAK_SEED={seed}");
}
