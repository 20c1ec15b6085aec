//! `stack.toml` and `stack check`: what counts, where it comes from, and what is refused with its place.

mod check;
mod explain;
mod served;

use crate::harness::{Finished, Folder, run_with};

/// `stack check` in that folder.
fn check(folder: &Folder, words: &[&str]) -> Finished {
    check_with(folder, words, &[])
}

/// The same with these variables in its environment.
fn check_with(folder: &Folder, words: &[&str], environment: &[(&str, &str)]) -> Finished {
    run_with(&[&["check"], words].concat(), b"", |command| {
        command.current_dir(folder.root()).envs(environment.iter().copied());
    })
}

/// What it prints of a folder that is in order.
fn checked(folder: &Folder, words: &[&str]) -> String {
    let Finished { code, stdout, stderr } = check(folder, words);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    stdout
}
