//! WebAssembly: what wasmtime is started with, seen by a program in its place.

use super::text_of;
use crate::harness::{Folder, Server};

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
