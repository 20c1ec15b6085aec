//! Whether answers stream through what stands before a service.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use super::{Finding, examine};
use crate::harness::{DEADLINE, Folder, Server};
use crate::invoke::secure::Secure;

/// Three lines, half a second apart.
const CLOCK: &str = "examples/services/streams/clock.sh";
const TARGET: &str = "/?count=3";

/// How a proxy passes an answer on.
#[derive(Clone, Copy)]
enum Passes {
    AtOnce,
    /// When it is whole, with a head as changed by that.
    Whole(fn(&str) -> String),
}

/// A proxy for one request; gives its address.
fn proxy(upstream: SocketAddr, passes: Passes) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (client, _) = listener.accept().unwrap();
        pass(client, TcpStream::connect(upstream).unwrap(), passes);
    });
    address
}

fn pass(mut client: TcpStream, mut upstream: TcpStream, passes: Passes) {
    for stream in [&client, &upstream] {
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
    }
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && client.read(&mut byte).unwrap() > 0 {
        request.push(byte[0]);
    }
    upstream.write_all(&request).unwrap();
    match passes {
        // A doctor who has seen enough leaves.
        Passes::AtOnce => drop(std::io::copy(&mut upstream, &mut client)),
        Passes::Whole(change) => {
            let mut answer = Vec::new();
            upstream.read_to_end(&mut answer).unwrap();
            let answer = String::from_utf8(answer).unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            client.write_all(format!("{}\r\n\r\n{body}", change(head)).as_bytes()).unwrap();
        }
    }
}

fn at(address: SocketAddr, target: &str, check: impl FnOnce(i32, Finding<'_>)) {
    let findings = examine(&Folder::new(), &["--url", &format!("http://{address}{target}")], |_| {});
    check(findings.code, findings.one("streaming"));
}

/// Without the server's own account of its times.
fn of_nginx(head: &str) -> String {
    let lines = head.split("\r\n").filter(|line| !line.to_lowercase().starts_with("server-timing"));
    lines.chain(["Server: nginx/1.22.1"]).collect::<Vec<_>>().join("\r\n")
}

#[test]
fn doctor_sees_a_stream_directly_and_through_a_proxy_that_passes_it_on_alone() {
    let server = Server::start(&[CLOCK]);
    for address in [server.address(), proxy(server.address(), Passes::AtOnce)] {
        at(address, TARGET, |_, finding| {
            assert_eq!(finding.level, "ok", "{finding:?}");
            assert!(finding.seen.starts_with("answers stream"), "{finding:?}");
        });
    }
}

#[test]
fn doctor_sees_a_proxy_that_buffers_alone() {
    let server = Server::start(&[CLOCK]);
    at(proxy(server.address(), Passes::Whole(str::to_owned)), TARGET, |code, finding| {
        assert_eq!((code, finding.level), (1, "problem"), "{finding:?}");
        assert!(finding.seen.starts_with("answers arrive in one piece after "), "{finding:?}");
        assert!(finding.seen.contains("the service wrote its first byte after"), "{finding:?}");
        for part in ["proxy_buffering off", "flushpackets=on", "gzip off"] {
            assert!(finding.remedy.contains(part), "{finding:?}");
        }
    });
    at(proxy(server.address(), Passes::Whole(of_nginx)), "/?count=4", |code, finding| {
        assert_eq!((code, finding.level), (1, "problem"), "{finding:?}");
        assert!(finding.seen.contains("nginx/1.22.1"), "{finding:?}");
        assert!(finding.remedy.contains("proxy_buffering off"), "{finding:?}");
        assert!(!finding.remedy.contains("Apache"), "{finding:?}");
    });
}

#[test]
fn doctor_does_not_guess_where_nothing_can_be_told_alone() {
    let server = Server::start(&[CLOCK]);
    at(server.address(), "/?count=1", |_, finding| {
        assert_eq!(finding.level, "advice", "{finding:?}");
        assert!(finding.remedy.contains("streams/clock"), "{finding:?}");
    });
    at(server.address(), "/?count=x", |_, finding| {
        assert_eq!(finding.level, "advice", "{finding:?}");
        assert!(finding.seen.contains("400"), "{finding:?}");
    });
}

#[test]
fn doctor_says_that_nobody_answers() {
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    at(free, "/", |code, finding| {
        assert_eq!((code, finding.level), (1, "problem"), "{finding:?}");
        assert!(finding.seen.contains("nobody listens"), "{finding:?}");
    });
}

#[test]
fn doctor_asks_by_tls_and_names_a_certificate_that_nobody_trusts() {
    let (server, stranger) = (Secure::start(&["localhost"]), Secure::start(&["localhost"]));
    let seen = |certificate: String| {
        let findings = examine(&Folder::new(), &["--url", &server.url("localhost")], |command| {
            command.env("SSL_CERT_FILE", &certificate).env_remove("SSL_CERT_DIR");
        });
        findings.one("streaming").seen.to_owned()
    };
    let trusted = seen(server.certificate());
    assert!(trusted.starts_with("the service wrote the whole answer at once"), "{trusted}");
    let refused = seen(stranger.certificate());
    assert!(refused.contains("its certificate is from nobody who is trusted here"), "{refused}");
}
