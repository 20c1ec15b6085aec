//! Header blocks that would split, forge or end an answer, and output that is none.

use super::{PLAIN, id, said, shell, speaker};
use crate::harness::{End, Response, eventually};

fn assert_refused(answer: &Response, what: &str) {
    assert_eq!((answer.status, answer.header("x-stack-error")), (502, Some("bad-cgi-header")), "{what}");
    assert!(answer.complete, "{what}");
    let head = format!("{:?}", answer.headers).to_lowercase();
    assert!(!head.contains("evil") && !head.contains("secret"), "{what}: {head}");
    let text = answer.text();
    assert!(!text.contains("secret") && !text.contains("vil"), "{what}: {text}");
    assert!(text.contains("header block") && text.contains("without --cgi"), "{what}: {text}");
}

const BLOCKS: &[&[u8]] = &[
    b"Status: 200\nX-A: secret\rX-Evil: 1\n\nsecret",
    b"Status: 200\nX-A: secret\0\n\nsecret",
    b"Status: 200\nX-A: secret\x0b\n\nsecret",
    b"Status: 200\nX-A: secret\n X-Evil: 1\n\nsecret",
    b"Status: 200\nX-A: secret\n\tX-Evil: 1\n\nsecret",
    b"Status: 200\nX-Evil : 1\n\nsecret",
    b"Status: 200\nX-A\0: secret\n\nsecret",
    b"Status: 200\n: secret\n\nsecret",
    b"Status: 200\nX-\xc3\xa9vil: 1\n\nsecret",
    b"Status: 99\n\nsecret",
    b"Status: 101\nUpgrade: evil\n\nsecret",
    b"Status: 1000\n\nsecret",
    b"Status: 200\nContent-Length: 5,5\n\nsecret",
    b"Status: 200\nContent-Length: 5\nContent-Length: 6\n\nsecret",
    b"Status: 200\nStatus: 404\n\nsecret",
    b"HTTP/1.1 200 OK\r\nX-Evil: 1\r\n\r\nsecret",
    b"secret text without a header block\n",
    b"\nsecret",
    b"X-Evil: 1\n\nsecret",
];

#[test]
fn contract_37_attack_34_no_hostile_block_reaches_the_client() {
    // Each would live on, so that only being killed ends it.
    let server = speaker("exec sleep 600");
    server.unharmed(|| {
        for block in BLOCKS {
            let what = String::from_utf8_lossy(block);
            assert_refused(&said(&server, block), &what);
            eventually("the program is killed", || server.services().is_empty().then_some(()));
        }
    });
}

#[test]
fn attack_34_a_block_without_measure_is_cut_off() {
    let server = speaker("exec sleep 600");
    server.unharmed(|| {
        let line = format!("Status: 200\nX-A: secret{}", "x".repeat(1 << 20));
        let fields = format!("Status: 200\n{}\nsecret", "X-Evil: 1\n".repeat(257));
        let blocks = format!("Status: 200\n{}", "X-Evil: 11111111111111111111111111111\n".repeat(30_000));
        for block in [line, fields, blocks] {
            assert_refused(&said(&server, &block), &block[..40]);
            eventually("the program is killed", || server.services().is_empty().then_some(()));
        }
    });
}

#[test]
fn attack_34_endless_output_without_a_block_is_cut_off() {
    let gate = "[ \"$QUERY_STRING\" ]";
    for endless in ["yes 'X-Evil: 1'", "yes secret", "cat /dev/zero", "tr '\\0' x < /dev/zero"] {
        let server = shell(&format!("{gate} || {{ {PLAIN}; exit; }}; {endless}"));
        server.unharmed(|| assert_refused(&server.get("/?now"), endless));
        assert!(server.peak_memory() < 100 << 20, "{endless}: {} bytes", server.peak_memory());
    }
}

#[test]
fn attack_34_output_that_ends_in_the_block_is_refused() {
    for ending in ["exit 0", "exec sleep 600 >&-"] {
        let server = speaker(ending);
        server.unharmed(|| {
            for block in ["", "Status: 200", "Status: 200\nX-Evil: secret\n", "Status: 200\r\n\r"] {
                assert_refused(&said(&server, block), block);
                eventually("the program is gone", || server.services().is_empty().then_some(()));
            }
        });
    }
}

#[test]
fn attack_34_the_line_is_for_the_log_and_the_owner() {
    let server = speaker("");
    let answer = said(&server, "Status: 200\nsecret\u{1b}[2J\n\n");
    let id = id(&answer).to_owned();
    let line =
        server.wait_for_log(|line| line.contains(&id) && line.contains("line 2 of the header block: "));
    assert!(line.contains("secret") && !line.contains('\u{1b}'), "{line}");
    let line = format!("{PLAIN}; exit; cat");
    let shown = ["--cgi", "--errors", "show", "--", "sh", "-c", &line.replace(PLAIN, "echo secret")];
    let shown = crate::harness::Server::start(&shown).get("/");
    assert_eq!(shown.status, 502);
    assert!(shown.text().contains("line 1 of the header block: \"secret\""), "{}", shown.text());
}

#[test]
fn attack_34_the_framing_of_a_cgi_program_is_the_servers() {
    let server = speaker("");
    let fields = "Connection: close\nTransfer-Encoding: gzip\nUpgrade: h2c\nKeep-Alive: timeout=1\n\
                  Proxy-Connection: close\nTE: gzip\nContent-Type: text/plain\n\nbody\n";
    server.unharmed(|| {
        let mut connection = server.connect();
        for _ in 0..3 {
            let head = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", fields.len());
            connection.send(head + fields);
            let answer = connection.response();
            assert_eq!((answer.status, answer.text().as_str(), answer.end), (200, "body\n", End::Complete));
            for name in ["connection", "upgrade", "keep-alive", "proxy-connection", "te"] {
                assert_eq!(answer.header(name), None, "{name}");
            }
            let coding = answer.header_values("transfer-encoding");
            assert!(coding.is_empty() || coding == ["chunked"], "{coding:?}");
            let id = id(&answer).to_owned();
            server.wait_for_log(|line| line.contains(&id) && line.contains("ignored: transfer-encoding"));
        }
    });
}

#[test]
fn attack_34_a_declared_length_is_kept_to() {
    let server = speaker("");
    server.unharmed(|| {
        let exact = said(&server, "Status: 200\nContent-Length: 5\n\nbody\n");
        assert_eq!((exact.text().as_str(), exact.end), ("body\n", End::Complete));
        let longer = said(&server, "Status: 200\nContent-Length: 3\n\nbody\n");
        assert_eq!((longer.text().as_str(), longer.end), ("bod", End::Complete));
        let shorter = said(&server, "Status: 200\nContent-Length: 9\n\nbody\n");
        assert_eq!((shorter.text().as_str(), shorter.end), ("body\n", End::Closed));
    });
}
