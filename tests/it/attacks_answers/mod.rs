//! What a hostile service says, and names that a hostile client gives its requests.

mod control;
mod heads;
mod identity;

use crate::harness::{Response, Server};

/// A program that takes its request body for control messages, and then writes `body`.
fn speaker() -> Server {
    Server::start(&["--", "sh", "-c", "cat >&3; echo body"])
}

/// The answer to these control messages.
fn said(server: &Server, messages: impl AsRef<[u8]>) -> Response {
    server.post("/", "application/octet-stream", messages)
}

/// The lines of the log that tell of something ignored in this request.
fn ignored(server: &Server, answer: &Response) -> Vec<String> {
    let id = answer.header("x-request-id").expect("every answer has an id");
    // Its receipt is the last line of a request.
    server.wait_for_log(|line| line.ends_with(id) && line.contains(" B "));
    server.log().into_iter().filter(|line| line.contains(id) && line.contains("ignored: ")).collect()
}
