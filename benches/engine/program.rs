//! Programs that run to their end within a limit of time, and the two that are compiled from C.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail, ensure};

/// A child that does not outlive its handle.
#[derive(Debug)]
pub(crate) struct Owned(pub(crate) Child);

impl Drop for Owned {
    fn drop(&mut self) {
        // A child that has ended already is not killed again: its id is held until the wait.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a program; `hint` says what to install when it is not there.
pub(crate) fn start(command: &mut Command, hint: &str) -> anyhow::Result<Owned> {
    let name = Path::new(command.get_program()).display().to_string();
    match command.spawn() {
        Ok(child) => Ok(Owned(child)),
        Err(error) if error.kind() == ErrorKind::NotFound => bail!("there is no {name} here: {hint}"),
        Err(error) => Err(error).context(format!("cannot start {name}")),
    }
}

/// Runs a program that must succeed within `limit`; gives its standard output.
pub(crate) fn output(command: &mut Command, limit: Duration, hint: &str) -> anyhow::Result<String> {
    let mut child = start(command.stdin(Stdio::null()).stdout(Stdio::piped()), hint)?;
    let mut stdout = child.0.stdout.take().context("the output was piped above")?;
    let text = within(limit, move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).map(|_| text)
    });
    let text = text.with_context(|| format!("{command:?}"))??;
    let status = child.0.wait()?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(text)
}

/// What `work` gives, unless that takes longer than `limit`; then its thread is left to its end.
pub(crate) fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<T> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(limit).with_context(|| format!("nothing came within {limit:?}"))
}

/// Builds a program below the target folder from a source of `benches/`.
pub(crate) fn compile(source: &str, program: &str, flags: &[&str]) -> anyhow::Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches").join(source);
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(program);
    let mut compiler = Command::new("gcc");
    compiler.args(["-O2", "-Wall", "-Wextra"]).args(flags).arg("-o").arg(&program).arg(source);
    output(&mut compiler, Duration::from_secs(60), "apt-get install gcc libc6-dev")?;
    Ok(program)
}

/// The smallest service, as an ordinary static program.
pub(crate) fn hello() -> anyhow::Result<PathBuf> {
    compile("hello.c", "hello", &["-static"])
}
