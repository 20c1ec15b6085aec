//! The processes of one server: a process group that ends with its handle, and with this program however it ends.

use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::program::{self, Owned};

/// The longest that a server may take to listen.
const LIMIT: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(5);

/// Leads the group, reads from a pipe that this program holds, and kills the group at its end.
const LEADER: &str = "read -r _; kill -KILL 0";

/// What a server has of the environment: cargo adds variables, one of which slows every dynamic linking.
const ENVIRONMENT: &[&str] = &["HOME", "LANG", "TMPDIR", "XDG_CACHE_HOME"];

/// Folders of programs that people share, first; a server's user can reach these.
const SHARED: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/// A server that listens.
#[derive(Debug)]
pub(crate) struct Group {
    processes: Vec<Owned>,
    leader: Owned,
    address: SocketAddr,
}

impl Group {
    /// Starts the commands; returns when something accepts connections at `address`.
    pub(crate) fn start(commands: Vec<Command>, address: SocketAddr, log: &Path) -> anyhow::Result<Self> {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", LEADER]).stdin(Stdio::piped()).stdout(Stdio::null()).process_group(0);
        let leader = program::start(&mut shell, "every system has it")?;
        let mut group = Self { processes: Vec::new(), leader, address };
        for mut command in commands {
            let output = fs::File::options().create(true).append(true).open(log)?;
            command.stdout(output.try_clone()?).stderr(output);
            command.process_group(group.leader.0.id().cast_signed());
            group.processes.push(program::start(&mut command, "it was there a moment ago")?);
        }
        group.listens(log)?;
        Ok(group)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The processes that were started here; theirs are below them.
    pub(crate) fn roots(&self) -> Vec<u32> {
        self.processes.iter().map(|process| process.0.id()).collect()
    }

    fn listens(&mut self, log: &Path) -> anyhow::Result<()> {
        let begun = Instant::now();
        let said = || fs::read_to_string(log).unwrap_or_default();
        while TcpStream::connect(self.address).is_err() {
            let ended = |process: &mut Owned| Child::try_wait(&mut process.0).is_ok_and(|end| end.is_some());
            if self.processes.iter_mut().any(ended) {
                bail!("it ended at once: {}", said().trim());
            }
            if begun.elapsed() > LIMIT {
                bail!("it does not listen after {LIMIT:?}: {}", said().trim());
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The leader is not reaped before its handle drops, so that its number is still its group's.
        if let Some(leader) = Pid::from_raw(self.leader.0.id().cast_signed()) {
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

/// A command with the environment that every server has, and nothing to read.
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).env_clear().env("PATH", path());
    command.envs(ENVIRONMENT.iter().filter_map(|name| Some((name, env::var_os(name)?))));
    command
}

/// The shared folders, and then those of the user.
fn path() -> String {
    let own = env::var("PATH").unwrap_or_default();
    format!("{SHARED}:{own}")
}

/// Where a program of that name is.
pub(crate) fn find(name: &str) -> anyhow::Result<PathBuf> {
    let found = env::split_paths(&path()).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.with_context(|| format!("there is no {name} on the PATH"))
}
