//! A running `stack`: started on a free port, asked, watched, and killed on drop.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::client::{Connection, Response};
use super::command::{bare, code_of, notice};
use super::log::Log;
use super::{DEADLINE, wait_for_exit};

/// A server of its own for one test.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    first_line: String,
    address: SocketAddr,
    stdout: Log,
    stderr: Log,
    temporary: TempDir,
    pub(super) mark: String,
}

/// How a server is to be started.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    arguments: Vec<OsString>,
    wrapper: Vec<OsString>,
    environment: Vec<(OsString, Option<OsString>)>,
    directory: Option<PathBuf>,
    input: Option<Stdio>,
    port: Option<OsString>,
}

impl Server {
    /// `stack -p 0 ARGUMENTS…` in the project's folder; returns when it listens.
    pub(crate) fn start<A: AsRef<str>>(arguments: &[A]) -> Self {
        Self::builder().arguments(arguments).start()
    }

    pub(crate) fn builder() -> Builder {
        Builder { port: Some("0".into()), ..Builder::default() }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The line that names the service and the address.
    pub(crate) fn first_line(&self) -> &str {
        &self.first_line
    }

    /// Every line of standard output so far; there must be one.
    pub(crate) fn stdout(&self) -> Vec<String> {
        self.stdout.lines()
    }

    /// Every line of standard error so far.
    pub(crate) fn log(&self) -> Vec<String> {
        self.stderr.lines()
    }

    /// The first line of standard error, old or new, that `wanted` takes.
    pub(crate) fn wait_for_log(&self, wanted: impl FnMut(&str) -> bool) -> String {
        let line = self.stderr.wait(DEADLINE, wanted);
        line.unwrap_or_else(|| panic!("no such line in the log: {:#?}", self.log()))
    }

    /// The folder that is the server's `TMPDIR`.
    pub(crate) fn temporary(&self) -> &Path {
        self.temporary.path()
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.address)
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        self.request("GET", path, &[], b"")
    }

    pub(crate) fn post(&self, path: &str, content_type: &str, body: impl AsRef<[u8]>) -> Response {
        self.request("POST", path, &[("Content-Type", content_type)], body.as_ref())
    }

    /// One request on a connection of its own, with `Host`, and `Content-Length` unless it is a bare GET
    /// or HEAD; the body is sent while the answer is read.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() || !matches!(method, "GET" | "HEAD") {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        let mut bytes = (head + "\r\n").into_bytes();
        bytes.extend_from_slice(body);
        self.connect().exchange(&bytes)
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw).expect("a child's id");
        kill_process(pid, signal).expect("our own child");
    }

    /// SIGTERM, then the exit code; 128 and the signal's number when one ended it.
    pub(crate) fn stop(mut self) -> i32 {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// Waits until the server ends by itself.
    pub(crate) fn wait(&mut self) -> i32 {
        assert!(wait_for_exit(self.pid(), DEADLINE), "the server did not end: {:#?}", self.log());
        code_of(self.child.wait().expect("our own child"))
    }

    /// Whether it ended within the time; without reaping it.
    pub(crate) fn ended_within(&self, time: Duration) -> bool {
        wait_for_exit(self.pid(), time)
    }

    /// The most memory that was ever resident, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("proc(5)");
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("proc(5)");
        kibibytes * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The children are the guardian's to end; `attack_42` holds it to that.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            notice(&format!("the server's log:\n{}", self.log().join("\n")));
        }
    }
}

impl Builder {
    pub(crate) fn arguments<A: AsRef<str>>(mut self, arguments: &[A]) -> Self {
        self.arguments.extend(arguments.iter().map(|word| word.as_ref().into()));
        self
    }

    /// Starts it under a program that ends in `exec`: `&["prlimit", "--nofile=64"]`, `&["setsid"]`.
    pub(crate) fn under(mut self, wrapper: &[&str]) -> Self {
        self.wrapper.extend(wrapper.iter().map(OsString::from));
        self
    }

    pub(crate) fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), Some(value.into())));
        self
    }

    pub(crate) fn without_env(mut self, name: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), None));
        self
    }

    pub(crate) fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// Its standard input; `/dev/null` by default.
    pub(crate) fn stdin(mut self, input: Stdio) -> Self {
        self.input = Some(input);
        self
    }

    /// Leaves out the `-p 0` that otherwise stands before the arguments.
    pub(crate) fn without_port(mut self) -> Self {
        self.port = None;
        self
    }

    /// Starts it and waits for its first line; fails with its log when there is none.
    pub(crate) fn start(self) -> Server {
        let temporary = TempDir::new().expect("a temporary folder can be made");
        let mark = temporary.path().file_name().expect("a name of its own").to_string_lossy().into_owned();
        let mut words = self.wrapper;
        words.push(env!("CARGO_BIN_EXE_stack").into());
        words.extend(self.port.iter().flat_map(|port| ["-p".into(), port.clone()]));
        words.extend(self.arguments);
        let mut command = bare(words[0].to_str().expect("programs have plain names"));
        command.args(&words[1..]).env("TMPDIR", temporary.path()).env(super::footprint::MARK, &mark);
        // What is counted here is what requests start; those that ask for spares say so.
        command.env("STACK_WARM", std::env::var_os("TEST_WARM").unwrap_or_else(|| "off".into()));
        for (name, value) in self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(directory) = self.directory {
            command.current_dir(directory);
        }
        command.stdin(self.input.unwrap_or_else(Stdio::null)).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the built binary starts");
        let stdout = Log::collect(child.stdout.take().expect("piped above"));
        let stderr = Log::collect(child.stderr.take().expect("piped above"));
        let Some(first_line) = stdout.wait(DEADLINE, |_| true) else {
            let _ = child.kill();
            let _ = child.wait();
            stderr.wait_for_end(Duration::from_secs(1));
            panic!("{words:?} printed no first line; its log: {:#?}", stderr.lines());
        };
        let address = address_in(&first_line);
        Server { child, first_line, address, stdout, stderr, temporary, mark }
    }
}

/// `NAME stack started at: http://127.0.0.1:3000`, where 0.0.0.0 is reached by loopback.
fn address_in(line: &str) -> SocketAddr {
    let (_, address) = line.rsplit_once("http://").unwrap_or_else(|| panic!("no address in: {line}"));
    let address: SocketAddr = address.trim_end_matches('/').parse().expect("an address and a port");
    if address.ip().is_unspecified() { ([127, 0, 0, 1], address.port()).into() } else { address }
}
