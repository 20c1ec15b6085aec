//! CGI programs: what their output means, what they are told, real ones, and hostile ones.

mod answers;
mod git;
mod hostile;
mod programs;
mod told;

use crate::harness::{Response, Server};

/// What a program prints before a body that is text.
const PLAIN: &str = "printf 'Content-Type: text/plain\\n\\n'";

/// A CGI program of one line of shell.
fn shell(line: &str) -> Server {
    Server::start(&["--cgi", "--", "sh", "-c", line])
}

/// A program whose output is the body of the request; to a GET it answers properly.
fn speaker(afterwards: &str) -> Server {
    shell(&format!("[ \"$REQUEST_METHOD\" = POST ] || {{ {PLAIN}; exit; }}; cat; {afterwards}"))
}

/// The answer to this output.
fn said(server: &Server, output: impl AsRef<[u8]>) -> Response {
    server.post("/", "application/octet-stream", output)
}

fn id(answer: &Response) -> &str {
    answer.header("x-request-id").expect("every answer has an id")
}

/// The text of an answer that is in order.
fn text_of(answer: &Response) -> String {
    assert!(answer.status == 200 && answer.complete, "{} {}", answer.status, answer.text());
    answer.text()
}
