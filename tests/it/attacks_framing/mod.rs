//! Hostile framing: where a message begins and ends, how long its parts are, and what must never be smuggled.

mod heads;
mod in_step;
mod lengths;
mod torn_bodies;

use crate::harness::{Connection, End, Folder, Response, Server};

/// A script that counts its starts, so that a test can say "nothing was started", and copies its body.
struct Counted {
    folder: Folder,
    server: Server,
}

impl Counted {
    fn new() -> Self {
        let folder = Folder::new();
        let script = folder.script(
            "count.sh",
            "echo started >> \"$HERE/starts\"; cat; echo \"|$REQUEST_METHOD $PATH_INFO\"",
        );
        let server = Server::builder().arguments(&["--raw", &script]).env("HERE", folder.root()).start();
        Self { folder, server }
    }

    fn starts(&self) -> usize {
        self.folder.lines("starts")
    }

    /// Sends these bytes; they must be refused with 400, the connection closed, and nothing started.
    fn assert_refused(&self, bytes: &[u8]) {
        let before = self.starts();
        let mut connection = self.server.connect();
        let response = connection.exchange(bytes);
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
        assert_eq!(response.status, 400, "{shown:?}");
        assert_closed(&mut connection, &shown);
        assert_eq!(self.starts(), before, "something was started for {shown:?}");
    }
}

/// The connection ends, and no further answer comes on it.
fn assert_closed(connection: &mut Connection, what: &str) {
    let end = connection.try_head().map(|head| head.status);
    assert!(matches!(end, Err(End::Closed | End::Reset)), "{what:?} was followed by {end:?}");
}

/// Sends one request on a connection of its own, whatever its bytes, and reads one response.
fn exchange(server: &Server, bytes: impl AsRef<[u8]>) -> Response {
    server.connect().exchange(bytes.as_ref())
}
