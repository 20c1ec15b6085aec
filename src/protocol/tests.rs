//! Header blocks, whole and at every split point, and what is none.

use http::{HeaderName, StatusCode};
use proptest::prelude::{Strategy as _, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::{Block, Fault, Parser};
use crate::failure::Kind;

const NONE: &str = "the header block has neither Content-Type nor Location nor Status";

/// Reads output that comes in pieces which end at these places.
fn read(output: &[u8], ends: &[usize]) -> Result<Option<Block>, Fault> {
    let mut parser = Parser::default();
    for &end in ends {
        if let Some(block) = parser.read(&output[..end])? {
            return Ok(Some(block));
        }
    }
    parser.read(output)
}

fn block(output: &str) -> Block {
    read(output.as_bytes(), &[]).unwrap().unwrap_or_else(|| panic!("{output:?} goes on"))
}

fn fields(block: &Block) -> Vec<(&str, &[u8])> {
    block.fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

fn fault(output: impl AsRef<[u8]>) -> String {
    let output = output.as_ref();
    let fault = read(output, &[]).expect_err(&String::from_utf8_lossy(output));
    let failure = fault.failure();
    assert_eq!(failure.kind, Kind::BadHeaderBlock);
    assert!(failure.remedy.is_some());
    failure.message
}

#[test]
fn row_86_a_block_ends_with_an_empty_line_and_the_body_follows() {
    for end in ["\n", "\r\n"] {
        let text = format!("Content-Type: text/plain{end}X-A:b{end}x-a:\t c \t{end}{end}X-B: body\n\n");
        let block = block(&text);
        let expected: [(&str, &[u8]); 3] = [("content-type", b"text/plain"), ("x-a", b"b"), ("x-a", b"c")];
        assert_eq!(fields(&block), expected);
        assert_eq!((block.status.clone(), &text[block.length..]), (None, "X-B: body\n\n"));
    }
}

#[test]
fn row_86_a_status_is_three_digits_and_perhaps_a_reason() {
    let status = |line: &str| {
        let (code, reason) = block(&format!("{line}\n\n")).status.unwrap();
        (code.as_u16(), reason.unwrap_or_default())
    };
    assert_eq!(status("Status: 404 Not Found"), (404, "Not Found".to_owned()));
    assert_eq!(status("sTATUS:404"), (404, String::new()));
    assert_eq!(status("Status: 599 \tSo \t what "), (599, "So \t what".to_owned()));
    let latin_1 = read(b"Status: 200 \xe9\n\n", &[]).unwrap().unwrap();
    assert_eq!(latin_1.status, Some((StatusCode::OK, None)), "what is no text is left out");
    for wrong in [
        "40",
        "4040",
        "4o4",
        "099",
        "99",
        "100",
        "101",
        "199",
        "600",
        "1000",
        "+200",
        "404Not",
        "HTTP/1.1 200",
    ] {
        let expected = "line 1 of the header block has a Status that is no number from 200 to 599";
        assert_eq!(fault(format!("Status: {wrong}\n\n")), expected, "{wrong}");
    }
}

#[test]
fn row_86_a_location_alone_redirects() {
    for place in ["https://example.org/a?b=c#d", "/elsewhere", "there"] {
        let redirect = block(&format!("Location: {place}\n\n"));
        assert_eq!(redirect.status, Some((StatusCode::FOUND, None)));
        assert_eq!(fields(&redirect), [("location", place.as_bytes())]);
    }
    let made = block("Location: /new\nStatus: 201 Created\n\n");
    assert_eq!(made.status, Some((StatusCode::CREATED, Some("Created".to_owned()))));
}

#[test]
fn row_86_an_empty_value_is_a_field_that_was_not_sent() {
    let block = block("Status:\nLocation: \t\nX-A:\nContent-Type: text/css\nContent-Type:\n\n");
    assert_eq!((block.status.clone(), fields(&block)), (None, vec![("content-type", &b"text/css"[..])]));
    assert_eq!(fault("Content-Type: \n\n"), NONE);
}

#[test]
fn row_86_other_fields_need_one_of_the_three() {
    for output in ["\n", "\r\n", "\nContent-Type: text/plain\n\n", "X-A: b\n\n"] {
        assert_eq!(fault(output), NONE, "{output:?}");
    }
    for field in ["Content-Type: a/b", "Location: /", "Status: 200"] {
        block(&format!("X-A: b\n{field}\n\n"));
    }
}

#[test]
fn attack_34_framing_is_left_out() {
    let names = ["Connection", "Transfer-Encoding", "Upgrade", "Keep-Alive", "TE", "Proxy-Connection"];
    let lines: String = names.iter().map(|name| format!("{name}: chunked\n")).collect();
    let block = block(&format!("{lines}Status: 200\n\n"));
    assert_eq!(block.fields, []);
    assert_eq!(block.left_out, names.map(|name| name.to_ascii_lowercase().parse::<HeaderName>().unwrap()));
}

#[test]
fn attack_34_what_no_header_can_hold_is_no_block() {
    let wrong: &[(&[u8], &str)] = &[
        (b"X-A: b\0\n\n", "1 of the header block has a NUL in it"),
        (b"Status: 200\nX-A: b\rX-Evil: 1\n\n", "2 of the header block has a carriage return in it"),
        (b"X-A: b\r\r\n\n", "1 of the header block has a carriage return in it"),
        (b"X-A: b\x1b[2J\n\n", "1 of the header block has a control character in it"),
        (b"X-A: b\x7f\n\n", "1 of the header block has a control character in it"),
        (
            b"X-A: b\n c: d\n\n",
            "2 of the header block begins with a space, and no field goes on in a second line",
        ),
        (
            b"X-A: b\n\t\n\n",
            "2 of the header block begins with a space, and no field goes on in a second line",
        ),
        (b"X A: b\n\n", "1 of the header block has a name that no header can have"),
        (b"X-A : b\n\n", "1 of the header block has a name that no header can have"),
        (b": b\n\n", "1 of the header block has a name that no header can have"),
        (b"X-\xc3\xa9: b\n\n", "1 of the header block has a name that no header can have"),
        (b"hello world\n\n", "1 of the header block has no colon"),
        (
            b"HTTP/1.1 200 OK\r\n\r\n",
            "1 of the header block is a status line of HTTP, which is the server's to send; write Status: 200 OK",
        ),
        (b"Content-Length: +5\n\n", "1 of the header block has a Content-Length that is no length"),
        (
            b"Content-Length: 18446744073709551616\n\n",
            "1 of the header block has a Content-Length that is no length",
        ),
        (
            b"Content-Length: 5\ncontent-length: 5\n\n",
            "2 of the header block says again what can be said once",
        ),
        (b"Status: 200\nstatus: 200\n\n", "2 of the header block says again what can be said once"),
        (b"Location: /a\nLocation: /b\n\n", "2 of the header block says again what can be said once"),
        (
            b"Content-Type: a/b\nContent-Type: a/c\n\n",
            "2 of the header block says again what can be said once",
        ),
    ];
    for (output, expected) in wrong {
        assert_eq!(fault(output), format!("line {expected}"), "{:?}", String::from_utf8_lossy(output));
    }
    let latin_1 = read(b"Content-Type: a/b\nX-A: \xe9\tx\n\n", &[]).unwrap().unwrap();
    assert_eq!(fields(&latin_1)[1], ("x-a", &b"\xe9\tx"[..]), "but what HTTP allows is kept");
}

#[test]
fn attack_34_a_fault_shows_nothing_to_the_client_and_the_line_to_the_owner() {
    let output = format!("Status: 200\nsecret\u{1b}\" {}\n\n", "x".repeat(10_000));
    let failure = read(output.as_bytes(), &[]).unwrap_err().failure();
    assert!(!format!("{failure}").contains("secret"), "{failure}");
    let detail = failure.detail.unwrap();
    assert!(detail.starts_with("line 2 of the header block: \"secret\\u{1b}\\\" xxx"), "{detail}");
    assert!(detail.len() < 200, "{detail}");
}

#[test]
fn attack_34_a_block_has_limits() {
    let fields = |count: usize| format!("Status: 200\n{}\n", "X-A: b\n".repeat(count - 1));
    assert_eq!(block(&fields(256)).fields.len(), 255);
    assert_eq!(fault(fields(257)), "line 257 of the header block is one more than the 256 that there may be");
    // With its line ends and the empty line.
    let long = |length: usize| format!("Status: 200\nX-A: {}\n\n", "b".repeat(length - 19));
    assert_eq!(block(&long(64 << 10)).length, 64 << 10);
    let too_long = |line: usize| format!("the header block is longer than 64 KiB, in its line {line}");
    assert_eq!(fault(long((64 << 10) + 1)), too_long(3));
    assert_eq!(fault(long(1 << 20)), too_long(2));
    assert_eq!(fault("x".repeat(1 << 20)), too_long(1));
    assert_eq!(read(&b"x".repeat(64 << 10), &[]), Ok(None), "it may still end");
}

#[test]
fn attack_34_output_that_ends_in_the_block_says_where() {
    for (output, expected) in [
        ("", "the service gave no output, and so no header block"),
        ("Status", "the output ended in line 1 of the header block, before an empty one"),
        ("Status: 200\r\n\r", "the output ended in line 2 of the header block, before an empty one"),
    ] {
        let mut parser = Parser::default();
        assert_eq!(parser.read(output.as_bytes()), Ok(None));
        assert_eq!(parser.unfinished().failure().message, expected);
    }
}

#[test]
fn row_86_a_block_is_the_same_however_it_is_cut() {
    let outputs: [&[u8]; 4] = [
        b"Status: 404 Not Found\r\nContent-Type: text/plain\r\nSet-Cookie: a=b\r\nSet-Cookie: c\r\n\r\nbody\n\n",
        b"Location: /a\nConnection: close\nX-A:\n\n\n\n",
        b"Content-Type: a/b\n\r\nbody",
        b"Content-Type: a/b\nX-A: b\rc\n\n",
    ];
    for output in outputs {
        let whole = read(output, &[]);
        for first in 0..=output.len() {
            for second in first..=output.len() {
                assert_eq!(read(output, &[first, second]), whole, "{first} {second}");
            }
        }
        let bytes: Vec<_> = (0..=output.len()).collect();
        assert_eq!(read(output, &bytes), whole);
    }
}

proptest! {
    #[test]
    fn row_86_any_output_is_read_the_same_however_it_is_cut(
        output in proptest::collection::vec(
            prop_oneof![
                1 => proptest::collection::vec(any::<u8>(), 0..8),
                4 => proptest::sample::select(vec![
                    "Status: 200 OK", "Content-Type: a/b", "Location: /", "X-A: b", "x", ":",
                    "\n", "\n", "\r\n", "\r", " ", "\0",
                ]).prop_map(|text| text.as_bytes().to_vec()),
            ],
            0..24,
        ),
        ends in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8),
    ) {
        let output = output.concat();
        let mut ends: Vec<_> = ends.into_iter().map(|end| end.index(output.len() + 1)).collect();
        ends.sort_unstable();
        let whole = read(&output, &[]);
        prop_assert_eq!(read(&output, &ends), read(&output, &[]));
        if let Ok(Some(block)) = whole {
            prop_assert!(output[..block.length].ends_with(b"\n"));
            let values = block.fields.iter().flat_map(|(_, value)| value.as_bytes());
            prop_assert!(!values.into_iter().any(|byte| b"\r\n\0".contains(byte)));
        }
    }
}
