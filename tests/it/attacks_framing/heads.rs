//! Request lines and headers that break the grammar or the limits.

use super::{Counted, exchange};
use crate::harness::{Folder, Server};

#[test]
fn attack_15_what_is_no_header_is_refused() {
    let counted = Counted::new();
    counted.server.unharmed(|| {
        let heads: [&[u8]; 13] = [
            b"GET / HTTP/1.1\r\nHost: x\r\nX-A: one\r\n two\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX-A: one\r\n\ttwo\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX-A : one\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX-A\t: one\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX-A: a\x01b\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX-A: a\x7fb\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX-A: a\rb\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX A: b\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n",
            b"G(T / HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET\0 / HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        ];
        for head in heads {
            counted.assert_refused(head);
        }
    });
}

#[test]
fn attack_17_a_hundred_headers_and_no_more() {
    let counted = Counted::new();
    counted.server.unharmed(|| {
        let with = |count: usize| {
            let headers: String = (1..count).map(|at| format!("X-{at}: v\r\n")).collect();
            exchange(&counted.server, format!("GET / HTTP/1.1\r\nHost: x\r\n{headers}\r\n")).status
        };
        assert_eq!(with(100), 200);
        let before = counted.starts();
        assert_eq!(with(101), 431);
        assert_eq!(counted.starts(), before);
    });
}

#[test]
fn attack_17_a_header_of_64_kib() {
    let counted = Counted::new();
    counted.server.unharmed(|| {
        let with = |length: usize| {
            let value = "x".repeat(length);
            exchange(&counted.server, format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {value}\r\n\r\n")).status
        };
        assert_eq!(with(8 << 10), 200);
        let before = counted.starts();
        assert_eq!(with(64 << 10), 431);
        assert_eq!(counted.starts(), before);
    });
}

#[test]
fn attack_17_an_address_of_64_kib() {
    let counted = Counted::new();
    counted.server.unharmed(|| {
        let with = |length: usize| {
            let path = "x".repeat(length);
            exchange(&counted.server, format!("GET /{path} HTTP/1.1\r\nHost: x\r\n\r\n")).status
        };
        assert_eq!(with(8 << 10), 200);
        let before = counted.starts();
        assert_eq!(with(64 << 10), 414);
        assert_eq!(with(200 << 10), 414, "also beyond every buffer");
        assert_eq!(counted.starts(), before);
    });
}

#[test]
fn attack_17_the_limits_are_exact() {
    // Doubling and halving finds the last length that is taken; one byte more must be refused, always.
    let folder = Folder::new();
    let server = Server::start(&[folder.script("ok.sh", "echo ok")]);
    let header =
        |length: usize| format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(length));
    let address = |length: usize| format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(length));
    for (request, refusal) in [(&header as &dyn Fn(usize) -> String, 431), (&address, 414)] {
        let taken = |length: usize| match exchange(&server, request(length)).status {
            200 => true,
            status => {
                assert_eq!(status, refusal, "{length}");
                false
            }
        };
        let (mut low, mut high) = (1 << 10, 64 << 10);
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if taken(middle) { low = middle } else { high = middle }
        }
        for _ in 0..5 {
            assert!(taken(low) && !taken(high), "the limit near {low} moves");
        }
    }
}
