//! A server in a process of its own: the release build of `stack`, or the reference.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::program::{self, Owned};

/// The program that is measured.
pub(crate) const STACK: &str = env!("CARGO_BIN_EXE_stack");

/// The longest that anything here waits for a peer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What a process has open beside the connections that are counted.
const OTHERS: u64 = 200;

/// Raises the limit of descriptors, which the servers that are started from here have too, so that `connections` fit.
pub(crate) fn allow_descriptors(connections: u64) -> anyhow::Result<()> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    let enough = maximum.is_none_or(|maximum| maximum >= connections + OTHERS);
    ensure!(enough, "the limit of descriptors is {}: raise it by ulimit -Hn", maximum.unwrap_or_default());
    Ok(())
}

/// Ends with its handle.
#[derive(Debug)]
pub(crate) struct Server {
    process: Owned,
    address: SocketAddr,
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// `stack -p 0 --quiet -- WORDS…`
    pub(crate) fn stack<W: AsRef<OsStr>>(words: &[W]) -> anyhow::Result<Self> {
        let mut command = Command::new(STACK);
        command.args(["-p", "0", "--quiet", "--"]).args(words);
        Self::start(command)
    }

    /// Starts a server that prints one line, at whose end its address stands; returns when it has.
    pub(crate) fn start(mut command: Command) -> anyhow::Result<Self> {
        let log = File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("engine-server.log"))?;
        // What steers a server from outside would change what is measured.
        let names = env::vars_os().map(|(name, _)| name);
        for name in names.filter(|name| name == "PORT" || name.to_string_lossy().starts_with("STACK_")) {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut process = program::start(&mut command, "build it")?;
        let stdout = process.0.stdout.take().context("the output was piped above")?;
        let (stdout, line) = program::within(PATIENCE, move || {
            let (mut stdout, mut line) = (BufReader::new(stdout), String::new());
            stdout.read_line(&mut line).map(|_| (stdout, line))
        })??;
        let address = line.trim().rsplit(['/', ' ']).next().and_then(|word| word.parse().ok());
        let address = address.with_context(|| format!("no address in the first line {line:?}"))?;
        Ok(Self { process, address, _stdout: stdout })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// A connection on which no wait is longer than [`PATIENCE`].
    pub(crate) fn connect(&self) -> anyhow::Result<TcpStream> {
        let stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// A line of proc(5)'s `status`, in MB: `VmRSS` is the memory in use now, `VmHWM` its peak.
    pub(crate) fn memory(&self, field: &str) -> anyhow::Result<f64> {
        let path = format!("/proc/{}/status", self.process.0.id());
        let status = fs::read_to_string(&path).with_context(|| path.clone())?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
        Ok(kibibytes.with_context(|| format!("no {field} in {path}"))? * 1024.0 / 1e6)
    }
}
