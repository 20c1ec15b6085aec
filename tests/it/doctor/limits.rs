//! Limits of the user.

use std::process::Command;

use super::Findings;
use crate::harness::{Finished, Folder};

/// The findings with so many open files at most.
fn with_files(limit: u32) -> Findings {
    let folder = Folder::new();
    let script = format!("ulimit -n {limit} && exec \"$0\" doctor --json");
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_stack")]).env("PATH", folder.root());
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    Findings::of(&Finished { code, stdout: text(output.stdout), stderr: text(output.stderr) })
}

#[test]
fn doctor_counts_the_requests_that_the_open_files_allow() {
    let few = with_files(128);
    let finding = few.one("open files");
    assert_eq!((few.code, finding.level), (1, "problem"), "{finding:?}");
    assert!(finding.seen.contains("128") && finding.remedy.contains("ulimit -Hn"), "{finding:?}");
    let some = with_files(1024);
    let finding = some.one("open files");
    assert_eq!(finding.level, "advice", "{finding:?}");
    assert!(finding.seen.contains("137 requests"), "{finding:?}");
    assert!(finding.remedy.contains("--max-processes"), "{finding:?}");
}
