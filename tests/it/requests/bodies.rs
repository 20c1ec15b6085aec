//! Request bodies as they are: streamed, raw, replayed, both ways at once.

use std::io::Write;
use std::thread;

use serde_json::json;

use super::{FORM, JSON, MULTIPART, document_server, multipart, params};
use crate::harness::{Connection, End, Folder, Server};

/// The most resident memory that streaming may take, whatever its length.
const MEMORY: u64 = 64 << 20;

#[test]
fn row_38_a_raw_body_comes_back() {
    let server = Server::start(&["cat"]);
    let response = server.post("/", "application/octet-stream", "hello raw");
    assert_eq!((response.status, response.text().as_str(), response.complete), (200, "hello raw", true));
}

#[test]
fn row_38_a_gibibyte_comes_back_in_bounded_memory() {
    let server = Server::start(&["cat"]);
    let length: u64 = 1 << 30;
    let mut connection = server.connect();
    connection.send(format!(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: {length}\r\n\r\n"
    ));
    let mut writer = connection.stream().try_clone().unwrap();
    let sender = thread::spawn(move || {
        let mut bytes = pattern();
        for block in 0..length / BLOCK as u64 {
            number(&mut bytes, block);
            writer.write_all(&bytes).expect("the server takes the body");
        }
    });
    assert_eq!(connection.head().status, 200);
    assert_eq!(received_pattern(&mut connection), (length, End::Complete));
    sender.join().unwrap();
    assert!(server.peak_memory() < MEMORY, "{} bytes resident", server.peak_memory());
}

/// Bytes of one block of the pattern.
const BLOCK: usize = 65536;

/// A block whose every word says where it stands; [`number`] makes it differ from every other block.
fn pattern() -> Vec<u8> {
    (0..BLOCK as u64 / 8).flat_map(u64::to_le_bytes).collect()
}

fn number(block: &mut [u8], number: u64) {
    block[..8].copy_from_slice(&number.to_le_bytes());
}

/// How many bytes came, every one of them right, and how the body ended.
fn received_pattern(connection: &mut Connection) -> (u64, End) {
    let (mut expected, mut block) = (pattern(), 0);
    let mut pending = Vec::new();
    while let Some(bytes) = connection.piece() {
        pending.extend(bytes);
        while pending.len() >= BLOCK {
            number(&mut expected, block);
            assert!(pending[..BLOCK] == expected, "block {block} differs");
            pending.drain(..BLOCK);
            block += 1;
        }
    }
    (block * BLOCK as u64 + pending.len() as u64, connection.ended().unwrap())
}

#[test]
fn row_39_a_program_gets_every_body_as_it_is() {
    let server = Server::start(&["cat"]);
    let file = "Content-Disposition: form-data; name=\"f\"; filename=\"a\"\r\nContent-Type: text/plain";
    let form = multipart(&[(file, b"content")]);
    let bodies: [(&str, &[u8]); 4] = [
        (JSON, b"{bad"),
        (FORM, b"a=%zz&&==&b"),
        (MULTIPART, &form),
        ("application/json; charset=utf-16", b"\xff\xfe"),
    ];
    for (content_type, body) in bodies {
        let response = server.post("/", content_type, body);
        assert_eq!((response.status, response.body.as_slice()), (200, body), "{content_type}");
    }
    let encoded =
        server.request("POST", "/", &[("Content-Type", JSON), ("Content-Encoding", "gzip")], b"\x1f\x8b");
    assert_eq!((encoded.status, encoded.body.as_slice()), (200, b"\x1f\x8b".as_slice()));
    // Longer than anything parsed may be.
    let long = vec![b'x'; 11 << 20];
    assert!(server.post("/", JSON, &long).body == long);
}

#[test]
fn row_39_an_executable_without_a_bridge_is_a_program() {
    let folder = Folder::new();
    let server = Server::start(&[folder.program("upload", "#!/bin/sh\nexec cat\n")]);
    assert_eq!(server.post("/", JSON, "{bad").text(), "{bad");
}

#[test]
fn row_39_parameters_of_a_program_are_the_query() {
    let server = Server::start(&["--document", "--", "sh", "-c", "cat /dev/fd/4"]);
    assert_eq!(params(&server.post("/?q=1", FORM, "a=b")), json!({"q": "1"}));
}

#[test]
fn row_39_parse_and_raw_turn_it_round() {
    let parsing = Server::start(&["--parse", "cat"]);
    assert_eq!(parsing.post("/", JSON, "{bad").status, 400);
    let folder = Folder::new();
    let script = folder.script("raw.sh", "cat; echo \"|$Hook_params_q|$Hook_params_a|\"");
    let raw = Server::start(&["--raw", &script]);
    assert_eq!(raw.post("/?q=1", JSON, "{bad").text(), "{bad|1||\n");
    assert_eq!(raw.post("/", FORM, "a=b").text(), "a=b|||\n");
}

#[test]
fn row_40_a_script_has_parameters_and_the_exact_bytes() {
    let folder = Folder::new();
    let script =
        "import sys\nbody = sys.stdin.buffer.read().decode()\nprint(Hook['params']['a'], body, sep='|')\n";
    let server = Server::start(&[folder.script("both.py", script)]);
    assert_eq!(server.post("/", JSON, "{ \"a\" :\t1 }").text(), "1|{ \"a\" :\t1 }\n");
    assert_eq!(server.post("/?a=q", FORM, "a=b%20c&a2=%zz").text(), "b c|a=b%20c&a2=%zz\n");
}

#[test]
fn row_41_both_directions_at_once() {
    let server = Server::start(&["cat"]);
    let mut connection = server.connect();
    connection.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    connection.send_chunk("a");
    assert_eq!(connection.head().status, 200);
    assert_eq!(connection.body_until("a"), b"a");
    connection.send_chunk("b");
    assert_eq!(connection.body_until("b"), b"b");
    connection.send("0\r\n\r\n");
    assert_eq!(connection.rest(), (Vec::new(), End::Complete));
}

#[test]
fn row_42_a_body_without_a_type_is_only_bytes() {
    let folder = Folder::new();
    let script = "import json, sys\nprint(json.dumps(Hook['params']), sys.stdin.read())\n";
    let server = Server::start(&[folder.script("plain.py", script)]);
    assert_eq!(server.request("POST", "/?q=1", &[], b"hello").text(), "{\"q\": \"1\"} hello\n");
    assert_eq!(params(&document_server().request("POST", "/?q=1", &[], b"a=b")), json!({"q": "1"}));
}
