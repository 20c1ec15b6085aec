//! Multipart bodies that are torn, forged or immense, and file names that would be paths.

use std::path::Path;

use serde_json::{Value, json};

use super::{MULTIPART, Reader, form};
use crate::harness::eventually;

/// The most memory that any of these may cost beyond what the server has.
const MEMORY: u64 = 32 << 20;

#[test]
fn attack_30_floods_of_parts_are_refused_in_bounded_memory() {
    let reader = Reader::start(&[]);
    let flood = |count: usize, parameters: &str| {
        let parts = (0..count)
            .map(|at| format!("--XX\r\nContent-Disposition: form-data; name=f{at}{parameters}\r\n\r\nx\r\n"));
        parts.collect::<String>() + "--XX--\r\n"
    };
    reader.unharmed(|| {
        let before = reader.server.peak_memory();
        reader.refuses(MULTIPART, flood(1001, ""), 400, "bad-parameters");
        reader.refuses(MULTIPART, flood(100_001, ""), 400, "bad-parameters");
        reader.refuses(MULTIPART, flood(1001, "; filename=a"), 413, "upload-too-large");
        reader.refuses(MULTIPART, flood(100_001, "; filename=a"), 413, "upload-too-large");
        let grown = reader.server.peak_memory() - before;
        assert!(grown < MEMORY, "{grown} bytes more than before");
    });
}

#[test]
fn attack_30_a_part_header_of_a_megabyte_is_refused_in_bounded_memory() {
    let reader = Reader::start(&[]);
    reader.unharmed(|| {
        let before = reader.server.peak_memory();
        let long = "x".repeat(1 << 20);
        let many = "X-A: b\r\n".repeat(200_000);
        for header in [format!("X-Long: {long}"), format!("{many}X-A: b"), format!("{long}: x")] {
            let header = format!("Content-Disposition: form-data; name=f\r\n{header}");
            reader.refuses(MULTIPART, form(&[(header.as_bytes(), b"x")]), 400, "bad-multipart");
        }
        let named = format!("Content-Disposition: form-data; name=\"{long}\"");
        reader.refuses(MULTIPART, form(&[(named.as_bytes(), b"x")]), 400, "bad-multipart");
        // A header that never ends.
        reader.refuses(MULTIPART, format!("--XX\r\nX: {}", "x".repeat(32 << 20)), 400, "bad-multipart");
        let grown = reader.server.peak_memory() - before;
        assert!(grown < MEMORY, "{grown} bytes more than before");
    });
}

#[test]
fn attack_30_boundaries() {
    let reader = Reader::start(&[]);
    let long = "x".repeat(71);
    let refused = [
        "",
        "; boundary",
        "; boundary=",
        "; boundary=\"\"",
        "; boundary=a; boundary=b",
        "; boundary=a\u{e9}",
        &format!("; boundary={long}"),
    ];
    reader.unharmed(|| {
        for parameter in refused {
            let before = reader.folder.lines("starts");
            let answer = reader.server.post("/", &format!("multipart/form-data{parameter}"), "--a--\r\n");
            assert_eq!(answer.status, 400, "{parameter}: {}", answer.text());
            assert_eq!(reader.folder.lines("starts"), before, "nothing is started");
        }
        let longest = "x".repeat(70);
        let body =
            format!("--{longest}\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--{longest}--\r\n");
        let taken = reader.params(&format!("multipart/form-data; boundary={longest}"), body);
        assert_eq!(taken, json!({"a": "b"}));
    });
}

#[test]
fn attack_30_what_does_not_end_or_begin_is_refused() {
    let reader = Reader::start(&[]);
    let part = "--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nhello";
    let bodies = [
        "garbage".to_owned(),
        "--XX".to_owned(),
        "--XX\r\n".to_owned(),
        "--XX\r\nContent-Disposition: form-data; name=a\r\n".to_owned(),
        part.to_owned(),
        format!("{part}\r\n"),
        format!("{part}\r\n--XX"),
        format!("{part}\r\n--XX\r\n"),
        format!("{part}\r\n--X"),
        format!("{part}\r\n--YY--\r\n"),
    ];
    reader.unharmed(|| {
        for body in bodies {
            reader.refuses(MULTIPART, body, 400, "bad-multipart");
        }
    });
}

#[test]
fn attack_30_parts_that_can_be_read_in_two_ways_are_refused() {
    let reader = Reader::start(&[]);
    let headers: [&[u8]; 9] = [
        b"Content-Type: text/plain",
        b"Content-Disposition: form-data",
        b"Content-Disposition: form-data; filename=a",
        b"Content-Disposition: attachment; name=a",
        b"Content-Disposition: form-data; name=a; name=b",
        b"Content-Disposition: form-data; name=f; filename=a; filename=b",
        b"Content-Disposition: form-data; name=\"a\r\nb\"",
        b"Content-Disposition: form-data; name=\"a\nb\"",
        b"Content-Disposition: form-data; name=\"f\"; filename=\"a\0b\"",
    ];
    reader.unharmed(|| {
        for header in headers {
            reader.refuses(MULTIPART, form(&[(header, b"x")]), 400, "bad-multipart");
        }
    });
}

#[test]
fn attack_30_a_nested_form_is_text() {
    let reader = Reader::start(&[]);
    let header = b"Content-Disposition: form-data; name=f\r\nContent-Type: multipart/mixed; boundary=YY";
    let inner = "--YY\r\nContent-Disposition: file; filename=x\r\n\r\nhello\r\n--YY--";
    reader.unharmed(|| {
        assert_eq!(reader.params(MULTIPART, form(&[(header, inner.as_bytes())])), json!({"f": inner}));
    });
}

const FILE_NAMES: &[&str] = &[
    "../../etc/passwd",
    "/abs",
    "/etc/passwd",
    "C:\\\\x",
    "..\\\\..\\\\x",
    ".",
    "..",
    "",
    "a%00b",
    "a%2f..%2fb",
    "$(id)",
    "-rf",
    "\u{202e}gnp.exe",
    "con",
];

/// What a quoted string stands for.
fn unquoted(name: &str) -> String {
    name.replace("\\\\", "\\")
}

#[test]
fn attack_31_file_names_are_data_and_never_paths() {
    let reader = Reader::start(&[]);
    let long = "n".repeat(4096);
    reader.unharmed(|| {
        for name in FILE_NAMES.iter().copied().chain([long.as_str()]) {
            let header = format!("Content-Disposition: form-data; name=f; filename=\"{name}\"");
            let file = reader.params(MULTIPART, form(&[(header.as_bytes(), b"hello")]))["f"].clone();
            assert_eq!(
                (&file["filename"], &file["size"]),
                (&Value::from(unquoted(name)), &Value::from(5)),
                "{name}"
            );
            assert_own_place(&reader, file["path"].as_str().expect("a path"));
        }
        let extended = b"Content-Disposition: form-data; name=f; filename*=UTF-8''..%2f..%2fx%00y";
        let file = reader.params(MULTIPART, form(&[(extended, b"hello")]))["f"].clone();
        assert_eq!(file["filename"], "../../x\0y");
        assert_own_place(&reader, file["path"].as_str().expect("a path"));
    });
}

/// Directly in a folder of the request below the server's temporary one, under a number; and gone by and by.
fn assert_own_place(reader: &Reader, path: &str) {
    let below = Path::new(path).strip_prefix(reader.server.temporary()).expect("in the temporary folder");
    let parts: Vec<_> = below.iter().map(|part| part.to_str().unwrap()).collect();
    assert!(matches!(parts[..], [folder, "0"] if folder.starts_with("stack-")), "{path}");
    eventually("the file is gone", || (!Path::new(path).exists()).then_some(()));
}
