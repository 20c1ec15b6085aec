//! Output arrives as it is written, without a flush, and all of it does.

use std::time::{Duration, Instant};

use super::dialect::Dialect;
use crate::harness::End;

pub(super) fn row_50_lines_without_a_flush(dialect: &Dialect) {
    let Some(server) = dialect.serve("lines") else { return };
    let mut connection = server.connect();
    connection
        .send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n");
    connection.send_chunk("first\n");
    assert_eq!(connection.head().status, 200);
    assert_eq!(text(&connection.body_until("\n")), "got first\n");
    for line in ["second é\n", "third\n"] {
        connection.send_chunk(line);
        assert_eq!(text(&connection.body_until("\n")), format!("got {line}"));
    }
    connection.send("0\r\n\r\n");
    assert_eq!(connection.rest(), (Vec::new(), End::Complete));
}

/// Only that the lines are not closer together is asserted, since a busy machine may well be later.
pub(super) fn row_50_half_a_second_apart(dialect: &Dialect) {
    let Some(server) = dialect.serve("half_seconds") else { return };
    let mut connection = server.connect();
    connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(connection.head().status, 200);
    assert_eq!(text(&connection.body_until("\n")), "1\n");
    let first = Instant::now();
    assert_eq!(text(&connection.body_until("\n")), "2\n");
    assert_eq!(text(&connection.body_until("\n")), "3\n");
    let between = first.elapsed();
    assert!(between >= Duration::from_millis(400), "all came within {between:?}");
    assert_eq!(connection.rest(), (Vec::new(), End::Complete));
}

pub(super) fn row_51_a_hundred_mebibytes(dialect: &Dialect) {
    const LINE: &[u8] = b"0123456789abcde\n";
    let Some(server) = dialect.serve("large") else { return };
    let pattern = LINE.repeat(65536 / LINE.len() + 1);
    let mut connection = server.connect();
    connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(connection.head().status, 200);
    let mut length = 0;
    while let Some(piece) = connection.piece() {
        for part in piece.chunks(65536) {
            assert!(pattern[length % LINE.len()..].starts_with(part), "another byte after {length}");
            length += part.len();
        }
    }
    assert_eq!((length, connection.ended()), (100 << 20, Some(End::Complete)));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
