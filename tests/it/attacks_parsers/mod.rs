//! Hostile bodies: floods of parameters, JSON at its edges, torn and forged multipart, uploads beyond every limit.

mod json;
mod multipart;
mod parameters;
mod uploads;

use serde_json::Value;

use crate::harness::{Folder, Response, Server};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const MULTIPART: &str = "multipart/form-data; boundary=XX";

/// A service that notes its start and answers with its request document.
struct Reader {
    folder: Folder,
    server: Server,
}

impl Reader {
    fn start(flags: &[&str]) -> Self {
        let folder = Folder::new();
        let server = Server::builder()
            .arguments(flags)
            .arguments(&[
                "--document",
                "--parse",
                "--",
                "sh",
                "-c",
                "echo >> \"$HERE/starts\"; cat /dev/fd/4",
            ])
            .env("HERE", folder.root())
            .start();
        Self { folder, server }
    }

    /// The frame of every attack here: afterwards all is as before, and no thread of the server panicked.
    fn unharmed(&self, attack: impl FnOnce()) {
        self.server.unharmed(attack);
        assert!(!self.server.log().iter().any(|line| line.contains("panicked")), "{:#?}", self.server.log());
    }

    /// Sends a body that must be refused, and for which nothing may be started.
    fn refuses(&self, content_type: &str, body: impl AsRef<[u8]>, status: u16, code: &str) -> Response {
        let before = self.folder.lines("starts");
        let answer = self.server.post("/", content_type, body);
        let seen = (answer.status, answer.header("x-stack-error"));
        assert_eq!(seen, (status, Some(code)), "{content_type}: {}", answer.text());
        assert_eq!(self.folder.lines("starts"), before, "nothing is started for {content_type}");
        answer
    }

    /// The document of a body that is taken, as it was written.
    fn document(&self, content_type: &str, body: impl AsRef<[u8]>) -> String {
        let answer = self.server.post("/", content_type, body);
        assert_eq!((answer.status, answer.complete), (200, true), "{}", answer.text());
        answer.text()
    }

    fn params(&self, content_type: &str, body: impl AsRef<[u8]>) -> Value {
        let document: Value = serde_json::from_str(&self.document(content_type, body)).expect("it is JSON");
        document["params"].clone()
    }
}

/// A multipart body with the boundary `XX`.
fn form(parts: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (headers, content) in parts {
        body.extend([b"--XX\r\n", *headers, b"\r\n\r\n", *content, b"\r\n"].concat());
    }
    body.extend(b"--XX--\r\n");
    body
}
