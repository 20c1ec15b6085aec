//! How much of a request is taken, and what is said about the rest.

use serde_json::json;

use super::{FORM, JSON, document_server, params};
use crate::harness::{Folder, Server, eventually};

#[test]
fn row_46_a_parsed_body_over_its_limit_says_how_to_send_it() {
    let server = Server::start(&["--document", "--parse", "--max-body", "1000", "cat", "/dev/fd/4"]);
    server.unharmed(|| {
        assert_eq!(server.post("/", FORM, format!("a={}", "x".repeat(998))).status, 200);
        for (content_type, body) in [(FORM, "a".repeat(1001)), (JSON, format!("\"{}\"", "a".repeat(999)))] {
            let response = server.post("/", content_type, body);
            assert_eq!((response.status, response.header("x-stack-error")), (413, Some("body-too-large")));
            let text = response.text();
            assert!(
                text.contains("application/octet-stream") || text.contains("--raw"),
                "how to send it raw: {text}"
            );
        }
        // A chunked body says nothing of its length beforehand.
        let mut connection = server.connect();
        connection.send(format!(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n\r\n"
        ));
        connection.send_chunk("a".repeat(1001));
        assert_eq!(connection.response().status, 413);
    });
}

#[test]
fn row_46_all_parsed_bodies_together_are_bounded() {
    let folder = Folder::new();
    let script = "echo run >> \"$HERE/runs\"; read -r line < \"$HERE/go\"; echo done";
    let script = folder.script("hold.sh", script);
    let fifo = folder.fifo("go");
    let server =
        Server::builder().arguments(&["--max-buffered", "1000", &script]).env("HERE", folder.root()).start();
    let body = format!("a={}", "x".repeat(598));
    let mut first = server.connect();
    first.send(format!(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 600\r\n\r\n{body}"
    ));
    eventually("the first runs", || (folder.lines("runs") == 1).then_some(()));
    let refused = server.post("/", FORM, &body);
    assert_eq!(
        (refused.status, refused.header("x-stack-error")),
        (503, Some("no-memory")),
        "{}",
        refused.text()
    );
    assert_eq!(folder.lines("runs"), 1, "nothing was started for it");
    std::fs::write(&fifo, "go\n").unwrap();
    assert_eq!(first.response().text(), "done\n");
}

#[test]
fn row_46_a_thousand_parameters_and_no_more() {
    let server = document_server();
    let fields = |count: usize| (0..count).map(|at| format!("p{at}=")).collect::<Vec<_>>().join("&");
    assert_eq!(
        params(&server.post("/", FORM, fields(1000))).as_object().map(serde_json::Map::len),
        Some(1000)
    );
    assert_eq!(
        params(&server.get(&format!("/?{}", fields(1000)))).as_object().map(serde_json::Map::len),
        Some(1000)
    );
    let refused = [
        server.post("/", FORM, fields(1001)),
        server.get(&format!("/?{}", fields(1001))),
        server.post(&format!("/?{}", fields(500)), FORM, fields(501)),
    ];
    for response in refused {
        assert_eq!((response.status, response.header("x-stack-error")), (400, Some("bad-parameters")));
    }
}

#[test]
fn row_46_too_many_headers() {
    let server = document_server();
    let value = "x".repeat(8000);
    let headers: Vec<(String, &str)> = (0..200).map(|at| (format!("X-{at}"), value.as_str())).collect();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    assert_eq!(server.request("GET", "/", &headers, b"").status, 431);
}

#[test]
fn row_46_an_encoded_body_is_not_taken_for_plain() {
    let server = document_server();
    for encoding in ["gzip", "deflate", "br", "x-unknown"] {
        let headers = [("Content-Type", JSON), ("Content-Encoding", encoding)];
        let response = server.request("POST", "/", &headers, b"{\"a\":1}");
        assert_eq!((response.status, response.header("x-stack-error")), (415, Some("unsupported-encoding")));
    }
    let plain = [("Content-Type", JSON), ("Content-Encoding", "identity")];
    assert_eq!(params(&server.request("POST", "/", &plain, b"{\"a\":1}")), json!({"a": 1}));
}
