//! Command lines of `stack` that end by themselves, and whether an interpreter is there.

use std::io::Write;
use std::process::{Command, Stdio};

use super::log::Log;
use super::{DEADLINE, PROJECT, wait_for_exit};

/// What a command line came to.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Its exit code; 128 and the number of the signal when one ended it.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `stack` with these arguments and nothing on its standard input, until it ends.
pub(crate) fn run(arguments: &[&str]) -> Finished {
    run_with(arguments, b"", |_| {})
}

/// The same with bytes on its standard input, and a hand on the command: environment, folder.
pub(crate) fn run_with(arguments: &[&str], input: &[u8], adjust: impl FnOnce(&mut Command)) -> Finished {
    let mut command = bare(env!("CARGO_BIN_EXE_stack"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    adjust(&mut command);
    let mut child = command.spawn().expect("the built binary starts");
    let stdout = Log::collect(child.stdout.take().expect("piped above"));
    let stderr = Log::collect(child.stderr.take().expect("piped above"));
    let mut stdin = child.stdin.take().expect("piped above");
    let input = input.to_vec();
    // A program that reads nothing closes its end; that is no failure of the test.
    std::thread::spawn(move || stdin.write_all(&input));
    if !wait_for_exit(child.id(), DEADLINE) {
        child.kill().expect("our own child");
        panic!("`stack {arguments:?}` did not end; stdout {:?}, stderr {:?}", stdout.lines(), stderr.lines());
    }
    let status = child.wait().expect("our own child");
    stdout.wait_for_end(DEADLINE);
    stderr.wait_for_end(DEADLINE);
    Finished { code: code_of(status), stdout: text(&stdout), stderr: text(&stderr) }
}

/// Whether a program is on the PATH; says so when it is not. Under `CI` a missing one fails the test.
pub(crate) fn interpreter(name: &str) -> bool {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()));
    required(name, found)
}

/// The same for a program that nobody has to have. It is run, since the shim of a version manager may stand there for
/// nothing.
pub(crate) fn optional_interpreter(name: &str) -> bool {
    noted(name, succeeds(&[name, "--version"]))
}

/// Says so when something was not found that a test needs. Under `CI` that fails the test.
pub(crate) fn required(what: &str, found: bool) -> bool {
    let required = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    assert!(found || !required, "{what} is missing, and with CI set nothing may be skipped");
    noted(what, found)
}

/// Whether a command can be run and ends well.
pub(crate) fn succeeds(words: &[&str]) -> bool {
    let mut command = bare(words[0]);
    command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn noted(what: &str, found: bool) -> bool {
    if !found {
        notice(&format!("not run: no {what}"));
    }
    found
}

/// A command in the project's folder, without the variables that would steer the server.
pub(super) fn bare(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(PROJECT);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text == "PORT" || text.starts_with("STACK_") || text.starts_with("LISTEN_") {
            command.env_remove(&name);
        }
    }
    command
}

#[expect(clippy::print_stderr, reason = "what a test did not run belongs to its captured output")]
pub(crate) fn notice(text: &str) {
    eprintln!("{text}");
}

/// The exit code, or 128 and the signal, as shells count.
pub(super) fn code_of(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

/// The lines again as they were written, but for the last line's end.
fn text(log: &Log) -> String {
    log.lines().iter().fold(String::new(), |text, line| text + line + "\n")
}
