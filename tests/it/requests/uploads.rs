//! Files in multipart bodies: spooled to a private place, given by path, gone afterwards.

use std::path::Path;

use serde_json::json;

use super::{MULTIPART, document_server, multipart, params};
use crate::harness::{Folder, Server, eventually, interpreter};

const FILE: &str =
    "Content-Disposition: form-data; name=\"f\"; filename=\"note.txt\"\r\nContent-Type: text/plain";
const FIELD: &str = "Content-Disposition: form-data; name=\"title\"";

#[test]
fn row_37_a_file_is_described_and_gone_afterwards() {
    let server = document_server();
    server.unharmed(|| {
        let response = server.post("/", MULTIPART, multipart(&[(FIELD, b"Hello"), (FILE, b"12345")]));
        let params = params(&response);
        let path = params["f"]["path"].as_str().expect("a path").to_owned();
        let described = json!({"filename": "note.txt", "type": "text/plain", "size": 5, "path": path});
        assert_eq!(params, json!({"title": "Hello", "f": described}));
        assert!(path.starts_with('/') && !path.contains("note"), "a name of the server's own: {path}");
        eventually("the file is gone", || (!Path::new(&path).exists()).then_some(()));
    });
}

#[test]
fn row_37_the_path_is_readable_while_the_service_runs_and_only_for_it() {
    let folder = Folder::new();
    let script = "
import os, stat
f = Hook['params']['f']
print(open(f['path']).read(), f['size'])
print(oct(stat.S_IMODE(os.stat(os.path.dirname(f['path'])).st_mode)))
";
    let server = Server::start(&[folder.script("read.py", script)]);
    let response = server.post("/", MULTIPART, multipart(&[(FILE, b"content")]));
    assert_eq!(response.text(), "content 7\n0o700\n");
}

#[test]
fn row_37_a_file_in_bash() {
    let folder = Folder::new();
    let script = "cat \"$Hook_params_f_path\"; echo \"|$Hook_params_f_filename|$Hook_params_f_size|$Hook_params_f_type\"";
    let server = Server::start(&[folder.script("file.sh", script)]);
    let response = server.post("/", MULTIPART, multipart(&[(FILE, b"content")]));
    assert_eq!(response.text(), "content|note.txt|7|text/plain\n");
}

#[test]
fn row_37_a_file_in_javascript_is_a_stream_too() {
    if !interpreter("node") {
        return;
    }
    let folder = Folder::new();
    let server = Server::start(&[
        folder.script("pipe.js", "module.exports = hook => { hook.params.f.pipe(hook.res) }")
    ]);
    let content = "line €\n".repeat(100_000);
    let response = server.post("/", MULTIPART, multipart(&[(FILE, content.as_bytes())]));
    assert!(response.complete && response.text() == content, "{} bytes", response.body.len());
}

#[test]
fn row_37_an_upload_of_64_mb_takes_bounded_memory() {
    let folder = Folder::new();
    let script = "
import hashlib
f = Hook['params'].get('f')
if f:
    print(f['size'], hashlib.sha256(open(f['path'], 'rb').read()).hexdigest())
";
    let server = Server::start(&[folder.script("sum.py", script)]);
    server.get("/");
    let before = server.peak_memory();
    let content: Vec<u8> = (0..8 << 20_u64).flat_map(u64::to_le_bytes).collect();
    let response = server.post("/", MULTIPART, multipart(&[(FILE, &content)]));
    let expected = "67108864 a05c1540b3660942e0e29b540320a6f93f62b480ce1ff5ec8dba219ec0727b7f";
    assert_eq!(response.text().trim_end(), expected);
    let grown = server.peak_memory() - before;
    assert!(grown < 16 << 20, "{grown} bytes more than before");
}

#[test]
fn row_37_an_upload_over_its_limit_is_refused_and_removed() {
    let server = Server::start(&["--document", "--parse", "--max-upload", "1000", "cat", "/dev/fd/4"]);
    server.unharmed(|| {
        assert_eq!(server.post("/", MULTIPART, multipart(&[(FILE, &[b'x'; 1000])])).status, 200);
        let response = server.post("/", MULTIPART, multipart(&[(FILE, &[b'x'; 1001])]));
        assert_eq!((response.status, response.header("x-stack-error")), (413, Some("upload-too-large")));
    });
}
