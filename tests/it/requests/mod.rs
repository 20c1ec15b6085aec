//! What a service is given: parameters, bodies, uploads, and the facts of the request.

mod bodies;
mod limits;
mod metadata;
mod parameters;
mod uploads;

use serde_json::Value;

use crate::harness::{Response, Server};

/// A server whose answer is the request document as it was written, so that digits and order show.
pub(crate) fn document_server() -> Server {
    Server::start(&["--document", "--parse", "cat", "/dev/fd/4"])
}

/// The parameters in a document that [`document_server`] answered.
fn params(response: &Response) -> Value {
    assert_eq!(response.status, 200, "{}", response.text());
    response.json()["params"].clone()
}

/// A multipart body with the boundary `XX`: each part its header lines and its content.
fn multipart(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (headers, content) in parts {
        body.extend_from_slice(format!("--XX\r\n{headers}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    body
}

const MULTIPART: &str = "multipart/form-data; boundary=XX";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
