//! websocketd, which runs CGI programs beside its own kind.

use super::{Connections, Server, command, find};

pub(super) const SERVER: Server = Server {
    name: "websocketd --cgidir",
    word: "websocketd",
    programs: &["websocketd"],
    packages: "websocketd",
    connections: Connections::Kept,
    commands: |place| {
        let mut websocketd = command(&find("websocketd")?);
        websocketd.arg(format!("--port={}", place.port)).args(["--address=127.0.0.1", "--loglevel=fatal"]);
        websocketd.arg(format!("--cgidir={}", place.www.display()));
        Ok(vec![websocketd])
    },
};
