//! A shell session as the README shows it: servers that go on, and commands that end.

#![allow(clippy::disallowed_types, reason = "the commands are run as their reader would, by a shell")]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::blocks::Step;
use crate::command_line::free_port;
use crate::harness::{Folder, PROJECT, Server};

/// The address that a server has when nothing else is said.
const DEFAULT: &str = "127.0.0.1:3000";

/// Commands that share a folder, a search path with `stack` on it, and the servers they started.
pub(super) struct Session {
    bin: Folder,
    directory: PathBuf,
    servers: Vec<Running>,
}

struct Running {
    /// The address that the README gives it.
    documented: String,
    server: Server,
}

impl Session {
    /// A session in that folder of the project.
    pub(super) fn new(directory: &str) -> Self {
        let bin = Folder::new();
        symlink(env!("CARGO_BIN_EXE_stack"), bin.root().join("stack")).expect("our own folder");
        Self { bin, directory: Path::new(PROJECT).join(directory), servers: Vec::new() }
    }

    /// Runs a step and compares what it writes to standard output; a server's output is its first line.
    pub(super) fn run(&mut self, step: &Step) {
        let command = step.command.replace("cargo run --release --", "stack");
        if serves(&command) {
            let server = self.serve(&command);
            let documented =
                step.output.trim_end().rsplit_once("http://").map_or(DEFAULT, |(_, address)| address);
            let shown = server.first_line().replace(&server.address().to_string(), documented) + "\n";
            assert!(step.output.is_empty() || step.output == shown, "{command}: {shown}");
            self.servers.push(Running { documented: documented.to_owned(), server });
            return;
        }
        let here = self.servers.iter().fold(command, |command, running| {
            command.replace(&running.documented, &running.server.address().to_string())
        });
        let shell = Command::new("bash")
            .args(["-c", &here])
            .current_dir(&self.directory)
            .env("PATH", self.path())
            .output();
        let output = shell.expect("bash is there");
        assert!(output.status.success(), "{here}: {output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), step.output, "{here}: {output:?}");
    }

    /// Starts what that command serves, on a port of our choice.
    pub(super) fn serve(&self, command: &str) -> Server {
        let (mut script, mut builder) =
            (command.replacen("stack ", "exec stack ", 1), Server::builder().without_port());
        if let Some((before, rest)) = script.split_once("PORT=") {
            let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
            script = format!("{before}PORT={}{rest}", free_port());
        } else if let Some((before, rest)) = script.split_once(" -p ") {
            let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
            script = format!("{before} -p 0{rest}");
        } else {
            builder = builder.env("STACK_PORT", "0");
        }
        builder.under(&["bash", "-c", &script]).env("PATH", self.path()).directory(&self.directory).start()
    }

    /// The last server that a step started.
    pub(super) fn last(&self) -> &Server {
        &self.servers.last().expect("a server was started").server
    }

    fn path(&self) -> String {
        format!("{}:{}", self.bin.root().display(), std::env::var("PATH").expect("tests have a PATH"))
    }
}

/// Whether the command is `stack` and goes on: no filter, no list, no help.
pub(super) fn serves(command: &str) -> bool {
    let mut words =
        command.split_whitespace().skip_while(|word| word.contains('=') && !word.starts_with('-'));
    let ends = ["pipe", "languages", "help", "version", "--help", "--version"];
    words.next() == Some("stack") && words.next().is_some_and(|word| !ends.contains(&word))
}
