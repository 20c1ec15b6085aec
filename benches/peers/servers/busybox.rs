//! The web server of BusyBox.

use super::{Connections, Server, command, find};

pub(super) const SERVER: Server = Server {
    name: "busybox httpd",
    word: "busybox",
    programs: &["busybox"],
    packages: "busybox",
    connections: Connections::Forked,
    commands: |place| {
        let mut busybox = command(&find("busybox")?);
        busybox.args(["httpd", "-f", "-p"]).arg(format!("127.0.0.1:{}", place.port));
        busybox.arg("-h").arg(place.www);
        Ok(vec![busybox])
    },
};
