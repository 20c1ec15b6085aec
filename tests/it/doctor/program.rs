//! Whether the word `stack` means this program.

use std::{path::Path, process::Command};

use super::{Findings, examine};
use crate::harness::{Finished, Folder};

const OTHER: &str =
    "#!/bin/sh\necho 'Version 2.9.1, Git revision 13c9c8772a6dce093dbeacc08bb5877bdb6cfc2e x86_64'\n";

#[test]
fn doctor_sees_another_program_of_the_name() {
    let folder = Folder::new();
    let other = folder.program("stack", OTHER);
    let findings = examine(&folder, &[], |_| {});
    let finding = findings.one("stack");
    assert_eq!((findings.code, finding.level), (1, "problem"), "{finding:?}");
    assert!(finding.seen.contains(&other) && finding.seen.contains("Version 2.9.1"), "{finding:?}");
    assert!(finding.remedy.contains("stackvana"), "{finding:?}");
}

#[test]
fn doctor_who_was_called_by_the_other_name_does_not_mind() {
    let folder = Folder::new();
    folder.program("stack", OTHER);
    let mut command = Command::new(env!("CARGO_BIN_EXE_stackvana"));
    let output = command.args(["doctor", "--json"]).env("PATH", folder.root()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    let findings = Findings::of(&Finished { code, stdout: text(output.stdout), stderr: text(output.stderr) });
    assert_eq!(findings.one("stack").level, "ok");
}

#[test]
fn doctor_tells_another_version_of_this_program_from_another_program() {
    let folder = Folder::new();
    folder.program("stack", "#!/bin/sh\necho stack 0.0.1\n");
    let findings = examine(&folder, &[], |_| {});
    let finding = findings.one("stack");
    assert_eq!(finding.level, "advice", "{finding:?}");
    assert!(finding.seen.contains("stack 0.0.1"), "{finding:?}");
}

#[test]
fn doctor_finds_itself_also_by_a_link() {
    let folder = Folder::new();
    assert_eq!(examine(&folder, &[], |_| {}).one("stack").level, "advice", "it is not on that PATH");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_stack"), folder.path("stack")).unwrap();
    assert_eq!(examine(&folder, &[], |_| {}).one("stack").level, "ok");
    let installed = Path::new(env!("CARGO_BIN_EXE_stack")).parent().unwrap();
    let findings = examine(&folder, &[], |command| {
        command.env("PATH", installed);
    });
    assert_eq!(findings.one("stack").level, "ok");
}
