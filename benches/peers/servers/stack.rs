//! The program that is measured, with a process that starts at its request, and with processes that wait for theirs.

use std::path::Path;
use std::process::Command;

use super::{Connections, Place, STACK, Server, command};
use crate::server;

const SERVER: Server = Server {
    name: "",
    word: STACK,
    programs: &[],
    packages: "",
    connections: Connections::Kept,
    commands: |_| Ok(Vec::new()),
};

pub(super) const OFF: Server =
    Server { name: "stack --warm off", commands: |place| Ok(vec![serve(place, "off")]), ..SERVER };

pub(super) const SPARE: Server =
    Server { name: "stack --warm spare", commands: |place| Ok(vec![serve(place, "spare")]), ..SERVER };

/// Only for scripts in languages that fork: elsewhere it is the one before.
pub(super) const FORK: Server =
    Server { name: "stack --warm fork", commands: |place| Ok(vec![serve(place, "fork")]), ..SERVER };

fn serve(place: &Place<'_>, warm: &str) -> Command {
    let mut command = command(Path::new(server::STACK));
    command.arg("-p").arg(place.port.to_string()).args(["--quiet", "--warm", warm]);
    command.args(&place.script.stack);
    command
}
