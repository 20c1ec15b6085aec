//! JSON at its edges, and bodies that are compressed.

use super::{FORM, JSON, MULTIPART, Reader};
use crate::harness::{Folder, Server, interpreter};

#[test]
fn attack_28_depth_and_bytes_that_are_no_text_are_refused() {
    let reader = Reader::start(&[]);
    let nested = |depth: usize, open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth)).into_bytes()
    };
    let bodies: [Vec<u8>; 9] = [
        nested(100_000, "[", "", "]"),
        nested(100_000, "{\"a\":", "1", "}"),
        nested(101, "[", "", "]"),
        nested(1_000_000, "[", "", ""),
        b"{\"a\":\"\xff\"}".to_vec(),
        b"{\"\xc3\":1}".to_vec(),
        b"{\"a\":\"\xed\xa0\x80\"}".to_vec(),
        b"\xff\xfe{\0}\0".to_vec(),
        b"\xef\xbb\xbf\xef\xbb\xbf{}".to_vec(),
    ];
    reader.unharmed(|| {
        for body in bodies {
            reader.refuses(JSON, body, 400, "bad-json");
        }
    });
}

#[test]
fn attack_28_what_is_no_json_is_refused_with_its_place() {
    let reader = Reader::start(&[]);
    let bodies = [
        "{bad",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{'a':1}",
        "{\"a\":1,}",
        "[1,]",
        "{\"a\":1}x",
        "{\"a\" 1}",
        "tru",
        "\"\\x\"",
        "\"a\nb\"",
        " ",
        "{\"a\":1} {\"b\":2}",
        "// c\n{}",
    ];
    reader.unharmed(|| {
        for body in bodies {
            let page = reader.refuses(JSON, body, 400, "bad-json").text();
            assert!(page.contains("line ") && page.contains("column "), "{body}: {page}");
        }
    });
}

/// Half of a surrogate pair: JSON has it, and text has not, which is what bash wants.
const HALF: &str = "{\"a\":\"\\ud800\"}";

/// Bodies, and the parameters as they stand in the document.
const KEPT: &[(&str, &str)] = &[
    (
        "{\"a\":1e400,\"b\":9223372036854775809,\"c\":-0.0,\"d\":1.10}",
        "{\"a\":1e400,\"b\":9223372036854775809,\"c\":-0.0,\"d\":1.10}",
    ),
    (
        "{\"a\":123456789012345678901234567890.000000000000000000001}",
        "{\"a\":123456789012345678901234567890.000000000000000000001}",
    ),
    ("\u{feff}{\"a\":1}", "{\"a\":1}"),
    ("{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}"),
    ("{\"a\":\"\\ud83d\\ude00\"}", "{\"a\":\"\\ud83d\\ude00\"}"),
    (HALF, HALF),
    ("{\"__proto__\":{\"x\":1}}", "{\"__proto__\":{\"x\":1}}"),
];

#[test]
fn attack_28_what_can_be_kept_is_kept() {
    let reader = Reader::start(&[]);
    reader.unharmed(|| {
        for (body, params) in KEPT {
            let document = reader.document(JSON, body);
            assert!(document.contains(&format!("\"params\":{params}")), "{params} is not in {document}");
        }
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(99), "]".repeat(99));
        assert!(reader.document(JSON, &deep).contains(&deep), "a hundred levels are taken");
    });
}

#[test]
fn attack_28_every_bridge_takes_what_its_language_can_hold() {
    let folder = Folder::new();
    let services = [
        (
            "node",
            folder.script(
                "s.js",
                "module.exports = h => h.res.end(JSON.stringify(h.params).length > 1 ? 'ok' : 'empty')",
            ),
        ),
        ("python3", folder.script("s.py", "print('ok' if repr(hook.params) else 'empty')\n")),
        ("bash", folder.script("s.sh", "echo ok \"${Hook_params[a]}\" >&2; echo ok")),
    ];
    for (language, service) in services {
        if interpreter(language) {
            let server = Server::start(&[service]);
            for (body, _) in KEPT {
                let answer = server.post("/", JSON, body);
                let seen = (answer.status, answer.text());
                if language == "bash" && *body == HALF {
                    assert_eq!(
                        (answer.status, answer.header("x-stack-error")),
                        (400, Some("bad-parameters"))
                    );
                } else {
                    assert_eq!(seen, (200, "ok\n".to_owned()), "{language} {body}");
                }
            }
        }
    }
}

/// What `head -c 10M /dev/zero | gzip` begins with: runs that unpack to a thousand times their length.
fn bomb() -> Vec<u8> {
    [b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xec\xc1\x01\x0d\0\0\0\xc2\xa0\xf7\x4f\x6d".as_slice(), &[0; 4096]]
        .concat()
}

#[test]
fn attack_29_a_compressed_body_is_never_taken_for_plain() {
    let reader = Reader::start(&[]);
    reader.unharmed(|| {
        for encoding in [
            "gzip",
            "GZIP",
            "x-gzip",
            "deflate",
            "br",
            "zstd",
            "identity, gzip",
            "gzip, identity",
            "nonsense",
        ] {
            for content_type in [JSON, FORM, MULTIPART, "application/problem+json"] {
                for body in [bomb(), b"{\"a\":1}".to_vec()] {
                    let before = reader.folder.lines("starts");
                    let headers = [("Content-Type", content_type), ("Content-Encoding", encoding)];
                    let answer = reader.server.request("POST", "/", &headers, &body);
                    let seen = (answer.status, answer.header("x-stack-error"));
                    assert_eq!(seen, (415, Some("unsupported-encoding")), "{encoding} {content_type}");
                    assert_eq!(reader.folder.lines("starts"), before, "nothing is started");
                }
            }
        }
    });
}

#[test]
fn attack_29_two_fields_are_one_list() {
    let reader = Reader::start(&[]);
    let headers = [("Content-Type", JSON), ("Content-Encoding", "identity"), ("Content-Encoding", "gzip")];
    assert_eq!(reader.server.request("POST", "/", &headers, b"{}").status, 415);
    assert_eq!(reader.server.request("POST", "/", &headers[..2], b"{}").status, 200);
}

#[test]
fn attack_29_another_charset_is_not_taken_for_utf_8() {
    let reader = Reader::start(&[]);
    reader.unharmed(|| {
        for charset in ["utf-16", "iso-8859-1", "\"UTF-32\"", "utf-7"] {
            reader.refuses(&format!("{JSON}; charset={charset}"), "{}", 415, "unsupported-encoding");
            reader.refuses(&format!("{FORM}; charset={charset}"), "a=b", 415, "unsupported-encoding");
        }
    });
}
