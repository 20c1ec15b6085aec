//! `Content-Length` and `Transfer-Encoding` against each other, and `Host`.

use super::{Counted, assert_closed};

const CHUNKED: &str = "5\r\nhello\r\n0\r\n\r\n";

#[test]
fn attack_14_the_transfer_coding_alone_counts_and_the_connection_closes() {
    let counted = Counted::new();
    counted.server.unharmed(|| {
        let fields = [
            "Content-Length: 4\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 4",
            "Transfer-Encoding: chunked\r\nContent-Length: 100",
        ];
        for fields in fields {
            let mut connection = counted.server.connect();
            let request = format!("POST /first HTTP/1.1\r\nHost: x\r\n{fields}\r\n\r\n{CHUNKED}");
            let smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
            let before = counted.starts();
            let response = connection.exchange((request + smuggled).as_bytes());
            assert_eq!((response.status, response.text().as_str()), (200, "hello|POST /first\n"), "{fields}");
            assert_closed(&mut connection, fields);
            assert_eq!(counted.starts(), before + 1, "{fields}");
        }
    });
}

#[test]
fn attack_14_lengths_that_are_no_length() {
    let counted = Counted::new();
    counted.server.unharmed(|| {
        let lengths = [
            "Content-Length: 5\r\nContent-Length: 6",
            "Content-Length: +5",
            "Content-Length: 5,5",
            "Content-Length: 5, 6",
            "Content-Length: 0x5",
            "Content-Length: -1",
            "Content-Length: 5 5",
            "Content-Length: ",
            "Content-Length: 18446744073709551616",
            "Content-Length: 99999999999999999999999999",
            "Content-Length: \x0b5",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: identity",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: \x0bchunked",
            "Transfer-Encoding: chunked\x0b",
        ];
        for field in lengths {
            counted.assert_refused(format!("POST / HTTP/1.1\r\nHost: x\r\n{field}\r\n\r\nhello").as_bytes());
        }
    });
}

#[test]
fn attack_14_one_host_and_no_other_number() {
    let counted = Counted::new();
    counted.server.unharmed(|| {
        counted.assert_refused(b"GET / HTTP/1.1\r\n\r\n");
        counted.assert_refused(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
        counted.assert_refused(b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n");
        let old = super::exchange(&counted.server, "GET /old HTTP/1.0\r\n\r\n");
        assert_eq!((old.status, old.text().as_str()), (200, "|GET /old\n"), "1.0 knows no Host");
    });
}
