//! Ids and trace contexts of clients: kept where they are plain, replaced otherwise.

use std::collections::BTreeSet;

use crate::harness::{Response, Server};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A service that answers with the names that it was given, one a line.
fn service() -> Server {
    Server::start(&["--", "sh", "-c", "echo \"$STACK_REQUEST_ID\"; echo \"$TRACEPARENT\"; echo words >&2"])
}

/// The id and the trace context; they are the same everywhere.
fn names(server: &Server, answer: &Response) -> (String, String) {
    assert_eq!((answer.status, answer.complete), (200, true), "{}", answer.text());
    let text = answer.text();
    let (id, parent) = text.trim_end().split_once('\n').expect("two lines");
    assert_eq!(answer.header_values("x-request-id"), [id]);
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    assert!((1..=128).contains(&id.len()) && id.chars().all(is_plain), "{id}");
    server.wait_for_log(|line| line.ends_with(&format!(" {id} | words")));
    (id.to_owned(), parent.to_owned())
}

#[test]
fn row_78_a_plain_id_of_the_client_is_kept_everywhere() {
    let server = service();
    for id in ["a", "01J-x_Y.z", &"x".repeat(128)] {
        let answer = server.request("GET", "/", &[("X-Request-Id", id)], b"");
        assert_eq!(names(&server, &answer).0, id);
    }
}

#[test]
fn attack_44_any_other_id_is_replaced() {
    let server = service();
    let (long, longer) = ("x".repeat(129), "x".repeat(60 << 10));
    let ids = [
        "", " ", "a b", "a;b", "a|b", "../x", "<script>", "\"a\"", "%0a", "a\tb", "é", "$(id)", "a,b", &long,
        &longer,
    ];
    server.unharmed(|| {
        let mut given = BTreeSet::new();
        for id in ids {
            let answer = server.request("GET", "/", &[("X-Request-Id", id)], b"");
            given.insert(names(&server, &answer).0);
        }
        let twice = server.request("GET", "/", &[("X-Request-Id", "a"), ("X-Request-Id", "b")], b"");
        given.insert(names(&server, &twice).0);
        assert_eq!(given.len(), ids.len() + 1, "each has its own");
        assert!(ids.iter().all(|id| !given.contains(*id)));
    });
}

#[test]
fn attack_44_an_id_that_no_header_may_have_is_refused() {
    let server = service();
    server.unharmed(|| {
        let megabyte = server.request("GET", "/", &[("X-Request-Id", &"x".repeat(1 << 20))], b"");
        assert_eq!(megabyte.status, 431);
        for id in ["\u{1b}[31mred", "a\0b", "a\rb"] {
            let mut connection = server.connect();
            let request = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: {id}\r\n\r\n");
            assert_eq!(connection.exchange(request.as_bytes()).status, 400, "{id:?}");
        }
        assert!(!server.log().iter().any(|line| line.contains('\u{1b}')), "{:#?}", server.log());
    });
}

/// Whether it is a context of version 00 whose ids are not zero.
fn is_context(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let is_hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
    let is_zero = |part: &str| part.bytes().all(|byte| byte == b'0');
    lengths == [2, 32, 16, 2]
        && parts.iter().all(|part| is_hex(part))
        && !is_zero(parts[1])
        && !is_zero(parts[2])
}

#[test]
fn attack_44_a_malformed_trace_context_is_replaced() {
    let server = service();
    let good = server.request("GET", "/", &[("traceparent", PARENT)], b"");
    assert_eq!(names(&server, &good).1, PARENT);
    let malformed = [
        "",
        "00",
        "x",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-extra",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "$(id)",
    ];
    server.unharmed(|| {
        let mut given = BTreeSet::new();
        for parent in malformed {
            let answer = server.request("GET", "/", &[("traceparent", parent)], b"");
            let parent = names(&server, &answer).1;
            assert!(is_context(&parent), "{parent}");
            given.insert(parent);
        }
        let twice = server.request("GET", "/", &[("traceparent", PARENT), ("traceparent", PARENT)], b"");
        given.insert(names(&server, &twice).1);
        let none = server.get("/");
        given.insert(names(&server, &none).1);
        assert!(given.iter().all(|parent| is_context(parent)));
        assert_eq!(given.len(), malformed.len() + 2, "each request begins a trace of its own");
    });
}
