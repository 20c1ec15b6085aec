//! The command line: its words, its ports, its signals, and what it says when something is wrong.

#![allow(clippy::disallowed_types, reason = "tests start programs by the standard library's Command")]

mod endings;
mod environment;
mod help;
mod installed;
mod interpreters;
mod listening;
mod pipe;
mod ports;
mod refusals;
mod renewal;
mod starters;
mod words;

use std::process::Command;

pub(crate) use self::ports::free_port;

use crate::harness::{Finished, Folder, Response, interpreter, run_with};

/// The text of an answer that is in order.
fn text_of(response: &Response) -> String {
    assert!(response.status == 200 && response.complete, "{} {}", response.status, response.text());
    response.text()
}

/// Runs `stack` in that folder, until it ends.
fn run_in(folder: &Folder, words: &[&str]) -> Finished {
    run_with(words, b"", |command| {
        command.current_dir(folder.root());
    })
}

/// Runs `stack` with that variable in its environment, until it ends.
fn run_with_variable((name, value): (&str, &str), words: &[&str]) -> Finished {
    run_with(words, b"", |command| {
        command.env(name, value);
    })
}

/// The real interpreter of Python on the PATH, behind any shim; none where there is no Python.
fn real_python() -> Option<String> {
    interpreter("python3").then(|| {
        let asked = "import os, sys; print(os.path.realpath(sys.executable), end='')";
        let output = Command::new("python3").args(["-c", asked]).output().expect("it is on the PATH");
        String::from_utf8(output.stdout).expect("interpreters have plain paths")
    })
}

/// A virtual environment as `python3 -m venv` makes it, less what no test needs; gives its Python.
fn virtual_environment(folder: &Folder, name: &str, python: &str) -> String {
    let home = python.rsplit_once('/').expect("an absolute path").0;
    folder.script(&format!("{name}/pyvenv.cfg"), &format!("home = {home}\n"));
    let bin = folder.root().join(name).join("bin");
    std::fs::create_dir(&bin).expect("our own folder");
    std::os::unix::fs::symlink(python, bin.join("python3")).expect("our own folder");
    folder.path(&format!("{name}/bin/python3"))
}
