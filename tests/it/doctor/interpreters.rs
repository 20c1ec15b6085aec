//! Interpreters, the shims before them, and the variables that slow them.

use super::{Finding, examine};
use crate::harness::Folder;

/// An interpreter as far as a doctor asks it: its path, its version, and one line of output.
fn interpreter(folder: &Folder, name: &str, line: &str) -> String {
    let path = folder.path(name);
    let text = format!(
        "#!/bin/sh\ncase \"$*\" in\n*exec*) echo '{path}' ;;\n*version*) echo 'v1.2.3' ;;\n*) {line} ;;\nesac\n"
    );
    folder.program(name, &text)
}

#[test]
fn doctor_names_what_is_installed_and_the_package_of_what_is_not() {
    let folder = Folder::new();
    let python = interpreter(&folder, "python3", "echo 1");
    let findings = examine(&folder, &[], |_| {});
    let found = findings.all("python");
    assert!(found.iter().any(|finding| finding.seen == format!("{python} (v1.2.3)")), "{found:?}");
    let missing = findings.one("ruby");
    assert_eq!((missing.level, missing.seen), ("advice", "there is no ruby here"));
    assert_eq!(missing.remedy, "install the package ruby");
}

#[test]
fn doctor_sees_shims_and_where_they_lead() {
    let folder = Folder::new();
    let real = interpreter(&folder, "real/python3", "echo 1");
    let shim = folder.program("shims/python3", &format!("#!/bin/sh\nexec '{real}' \"$@\"\n"));
    let dead = folder.program("shims/ruby", "#!/bin/sh\nexit 127\n");
    let findings = examine(&folder, &[], |command| {
        command.env("PATH", folder.path("shims"));
    });
    let python = findings.all("python");
    assert_eq!((python[0].level, python[0].seen), ("ok", format!("{real} (v1.2.3)").as_str()));
    assert_eq!(python[1].level, "advice");
    assert!(python[1].seen.contains(&shim) && python[1].remedy.contains(&folder.path("real")), "{python:?}");
    let ruby = findings.one("ruby");
    assert!(ruby.seen.contains(&dead) && ruby.remedy.contains("version manager"), "{ruby:?}");
}

/// What is said of `NODE_EXTRA_CA_CERTS` with a node that answers with that line.
fn certificates(line: &str, check: impl FnOnce(i32, Finding<'_>)) {
    let folder = Folder::new();
    interpreter(&folder, "node", line);
    let variable = |command: &mut std::process::Command| {
        command.env("NODE_EXTRA_CA_CERTS", "/etc/ssl/certs/ca-certificates.crt");
    };
    let findings = examine(&folder, &[], variable);
    check(findings.code, findings.one("NODE_EXTRA_CA_CERTS"));
    assert!(examine(&folder, &[], |_| {}).all("NODE_EXTRA_CA_CERTS").is_empty());
}

#[test]
fn doctor_measures_what_a_variable_costs_alone() {
    certificates("test -z \"$NODE_EXTRA_CA_CERTS\" || /bin/sleep 0.3; echo 1", |_, finding| {
        assert_eq!(finding.level, "advice", "{finding:?}");
        assert!(finding.seen.contains("node starts in "), "{finding:?}");
        assert!(finding.remedy.contains("--env NODE_EXTRA_CA_CERTS="), "{finding:?}");
    });
    // As long with it as without it.
    certificates("/bin/sleep 0.2; echo 1", |_, finding| assert_eq!(finding.level, "ok", "{finding:?}"));
}

#[test]
fn doctor_sees_a_variable_that_breaks_an_interpreter() {
    certificates("test -n \"$NODE_EXTRA_CA_CERTS\" || echo 1", |code, finding| {
        assert_eq!((code, finding.level), (1, "problem"), "{finding:?}");
    });
}
