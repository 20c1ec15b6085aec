//! The servers that are compared: `stack` in three modes, and those that people run CGI programs under today.
//!
//! Each has a folder of its own for its configuration and a free port of the loopback interface. They are set up to
//! stream where they can, to keep connections alive where they can, and to write no log of requests.

mod apache;
mod busybox;
mod group;
mod lighttpd;
mod nginx;
mod stack;
mod websocketd;

use std::fs::{self, Permissions};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use tempfile::TempDir;

pub(crate) use group::{Group, command, find};

use crate::scripts::Script;

/// All that may be compared, in the order of the tables.
pub(crate) const SERVERS: &[Server] = &[
    stack::OFF,
    stack::SPARE,
    stack::FORK,
    lighttpd::SERVER,
    apache::SERVER,
    nginx::SERVER,
    websocketd::SERVER,
    busybox::SERVER,
];

/// What `stack` is called on the command line of this benchmark, in all its modes.
pub(crate) const STACK: &str = "stack";

/// One server, before it is started.
#[derive(Debug)]
pub(crate) struct Server {
    /// As in the tables.
    pub(crate) name: &'static str,
    /// As on the command line.
    pub(crate) word: &'static str,
    /// The programs that it needs.
    programs: &'static [&'static str],
    /// The Debian packages that have them.
    pub(crate) packages: &'static str,
    pub(crate) connections: Connections,
    /// Writes what it needs into its folder; gives the commands that start it, in their order.
    commands: fn(&Place<'_>) -> anyhow::Result<Vec<Command>>,
}

/// What becomes of a connection after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connections {
    /// It waits for the next request.
    Kept,
    /// It ends; while it lasts it has a process of its own.
    Forked,
}

/// Where a server is to run.
#[derive(Debug)]
struct Place<'a> {
    /// For all that it writes.
    folder: &'a Path,
    /// The folder that holds `cgi-bin`.
    www: &'a Path,
    script: &'a Script,
    port: u16,
}

/// A server that listens, and where its script answers.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) server: &'static Server,
    pub(crate) group: Group,
    pub(crate) path: String,
    _folder: TempDir,
}

impl Server {
    pub(crate) fn is_stack(&self) -> bool {
        self.word == STACK
    }

    /// Whether it would do nothing else to that script than another that is measured.
    pub(crate) fn is_for(&self, script: &Script) -> bool {
        script.forks || self.name != stack::FORK.name
    }

    /// Whether it is `stack` in the mode in which nothing is started ahead.
    pub(crate) fn is_cold(&self) -> bool {
        self.name == stack::OFF.name
    }

    pub(crate) fn is_installed(&self) -> bool {
        self.programs.iter().all(|program| find(program).is_ok())
    }

    /// Starts it; `www` holds the script's CGI program.
    pub(crate) fn start(&'static self, www: &Path, script: &Script) -> anyhow::Result<Target> {
        let folder = folder(self.word)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        drop(listener);
        let place = Place { folder: folder.path(), www, script, port };
        let commands = (self.commands)(&place).with_context(|| self.name)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let log = folder.path().join("log");
        let group = Group::start(commands, address, &log).with_context(|| self.name)?;
        let path = if self.is_stack() { "/".to_owned() } else { format!("/cgi-bin/{}", script.name) };
        Ok(Target { server: self, group, path, _folder: folder })
    }
}

/// A temporary folder that a server's own user can read.
pub(crate) fn folder(name: &str) -> anyhow::Result<TempDir> {
    let permissions = Permissions::from_mode(0o755);
    Ok(tempfile::Builder::new().prefix(&format!("stack-peers-{name}-")).permissions(permissions).tempdir()?)
}

impl Place<'_> {
    /// Writes a file of the server's folder.
    fn write(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        let path = self.folder.join(name);
        fs::write(&path, text)?;
        Ok(path)
    }
}

/// How many descriptors a server may ask for: as many as this process may have.
fn descriptors() -> u64 {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current.unwrap_or(1 << 20).min(1 << 20)
}

/// Whether the servers begin as root, and so have to be told whom to become.
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
