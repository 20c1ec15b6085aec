//! WebAssembly: what wasmtime is started with, and what comes of it.

use super::text_of;
use crate::harness::{Folder, PROJECT, Server, optional_interpreter};

/// A server of that module, where there is a wasmtime.
fn serve(module: &str) -> Option<Server> {
    let module = format!("{PROJECT}/tests/fixtures/wasm/{module}.wasm");
    optional_interpreter("wasmtime").then(|| Server::start(&["--errors", "show", &module]))
}

#[test]
fn wasm_is_given_to_wasmtime_with_the_request_in_its_environment() {
    let folder = Folder::new();
    let runtime = folder.program(
        "wasmtime",
        "#!/bin/sh\necho \"$*|$REQUEST_METHOD|$QUERY_STRING|$(cat)\"; [ ! -e /dev/fd/4 ]",
    );
    let module = folder.script("hello.wasm", "\0asm");
    let server = Server::start(&["--interpreter", &runtime, &module, "--", "word"]);
    let response = server.request("PUT", "/?a=b", &[], b"body");
    assert_eq!(text_of(&response), format!("run -S inherit-env=y {module} word|PUT|a=b|body\n"));
}

#[test]
fn row_51_wasm_copies_a_body_of_every_size() {
    let Some(server) = serve("cat") else { return };
    assert_eq!(server.get("/").body, b"");
    let large: Vec<u8> = (0..16 << 20).map(|at: u32| at.to_le_bytes()[(at % 3) as usize]).collect();
    let response = server.post("/", "application/octet-stream", &large);
    assert!(response.complete && response.body == large, "{} bytes came", response.body.len());
}

#[test]
fn row_41_wasm_answers_before_the_body_has_ended() {
    let Some(server) = serve("cat") else { return };
    let mut connection = server.connect();
    connection.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    connection.send_chunk("one\n");
    assert_eq!(connection.head().status, 200);
    assert_eq!(connection.body_until("one\n"), b"one\n");
    connection.send_chunk("two\n");
    assert_eq!(connection.body_until("two\n"), b"two\n");
}

#[test]
fn row_58_wasm_that_fails_is_a_status_with_its_own_words() {
    for (module, words) in [("exit", "no luck"), ("trap", "unreachable")] {
        let Some(server) = serve(module) else { return };
        let response = server.get("/");
        assert_eq!(response.status, 500, "{module}");
        assert!(response.text().contains(words), "{module}: {}", response.text());
    }
}
