//! Which language a file is of, and which interpreter runs it.

use rustix::fs::{CWD, Gid, Uid};
use rustix::process::geteuid;

use super::{real_python, text_of, virtual_environment};
use crate::harness::{Folder, Server, interpreter, run};

const BASH: &str = "echo \"bash ${BASH_VERSION:+yes}\"\n";
const PREFIX: &str = "import sys\nprint(sys.prefix)\n";

fn answer(arguments: &[&str]) -> String {
    text_of(&Server::start(arguments).get("/"))
}

#[test]
fn row_09_the_flag_goes_before_the_extension_and_that_before_the_first_line() {
    let Some(python) = real_python() else { return };
    let folder = Folder::new();
    let flagged = folder.program("flagged.py", &format!("#!{python}\n{BASH}"));
    assert_eq!(answer(&["-l", "bash", &flagged]), "bash yes\n");
    let extended = folder.script("extended.py", PREFIX);
    assert!(Server::start(&[&extended]).first_line().starts_with("python stack started at: "));
    for (name, first_line, rest, language) in [
        ("by-line", "#!/usr/bin/env python3", PREFIX, "python"),
        ("versioned", &format!("#!{python}"), PREFIX, "python"),
        ("other", "#!/usr/bin/env -S bash -u", BASH, "bash"),
        // `sh` is at home in a .sh file, and the bridge of bash runs it.
        ("shell.sh", "#!/bin/sh", BASH, "bash"),
    ] {
        let script = folder.script(name, &format!("{first_line}\n{rest}"));
        let server = Server::start(&[&script]);
        assert!(server.first_line().starts_with(&format!("{language} stack ")), "{}", server.first_line());
        text_of(&server.get("/"));
    }
}

#[test]
fn row_09_a_first_line_of_something_else_makes_a_program_and_is_said() {
    let folder = Folder::new();
    let text = "#!/bin/sh\necho \"a program: $QUERY_STRING ${Hook_req_method-no bridge}\"\n";
    let script = folder.program("x.py", text);
    let server = Server::start(&[&script]);
    assert_eq!(text_of(&server.get("/?a=b")), "a program: a=b no bridge\n");
    let said = server.wait_for_log(|line| line.contains("first line"));
    for part in [script.as_str(), "/bin/sh", "program", "--language python"] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
    let refused = run(&[&folder.script("y.py", text)]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("chmod +x") && refused.stderr.contains("y.py"), "{}", refused.stderr);
}

#[test]
fn row_09_the_flags_of_the_first_line_are_kept() {
    if !interpreter("python3") {
        return;
    }
    let folder = Folder::new();
    let text = "#!/usr/bin/env -S python3 -X dev\nimport sys\nprint(sys.flags.dev_mode)\n";
    assert_eq!(answer(&[&folder.script("x.py", text)]), "True\n");
    let bash = folder.script("x.sh", "#!/bin/bash -u\necho ${-//[^u]/}\n");
    assert_eq!(answer(&[&bash]), "u\n");
}

#[test]
fn row_09_a_virtual_environment_beside_the_script_or_above_it() {
    let Some(python) = real_python() else { return };
    let folder = Folder::new();
    let outside = text_of(&Server::start(&[folder.script("alone/x.py", PREFIX)]).get("/"));
    virtual_environment(&folder, "project/.venv", &python);
    let expected = folder.path("project/.venv") + "\n";
    assert_ne!(outside, expected);
    for name in ["project/x.py", "project/src/deep/x.py"] {
        assert_eq!(answer(&[&folder.script(name, PREFIX)]), expected, "{name}");
    }
    virtual_environment(&folder, "project/src/.venv", &python);
    let nearer = folder.path("project/src/.venv") + "\n";
    assert_eq!(answer(&[&folder.path("project/src/deep/x.py")]), nearer);
    let server = Server::builder().directory(folder.root().join("project")).arguments(&["x.py"]).start();
    assert_eq!(text_of(&server.get("/")), expected);
}

#[test]
fn row_09_the_flag_then_the_first_line_then_the_environment_near_the_script() {
    let Some(python) = real_python() else { return };
    let folder = Folder::new();
    virtual_environment(&folder, ".venv", &python);
    let named = virtual_environment(&folder, "named", &python);
    let chosen = virtual_environment(&folder, "chosen", &python);
    let script = folder.script("x.py", &format!("#!{named}\n{PREFIX}"));
    assert_eq!(answer(&[&script]), folder.path("named") + "\n");
    assert_eq!(answer(&["--interpreter", &chosen, &script]), folder.path("chosen") + "\n");
    let near = folder.script("near.py", PREFIX);
    assert_eq!(answer(&[&near]), folder.path(".venv") + "\n");
    // A first line that leads nowhere is passed over.
    let dead = folder.script("dead.py", &format!("#!/nowhere/bin/python3\n{PREFIX}"));
    assert_eq!(answer(&[&dead]), folder.path(".venv") + "\n");
}

#[test]
fn row_09_the_environment_of_a_stranger_is_passed_over() {
    let Some(python) = real_python() else { return };
    if !geteuid().is_root() {
        return;
    }
    let folder = Folder::new();
    virtual_environment(&folder, ".venv", &python);
    let script = folder.script("x.py", PREFIX);
    let owner = |uid| Some(Uid::from_raw(uid));
    let environment = folder.root().join(".venv");
    rustix::fs::chownat(CWD, &environment, owner(12_345), None::<Gid>, rustix::fs::AtFlags::empty()).unwrap();
    assert_ne!(answer(&[&script]), folder.path(".venv") + "\n");
    rustix::fs::chownat(CWD, &environment, owner(0), None::<Gid>, rustix::fs::AtFlags::empty()).unwrap();
    assert_eq!(answer(&[&script]), folder.path(".venv") + "\n");
}

#[test]
fn row_09_the_search_path_comes_last() {
    let Some(python) = real_python() else { return };
    let folder = Folder::new();
    virtual_environment(&folder, "first", &python);
    let path = format!("{}:{}", folder.path("first/bin"), std::env::var("PATH").unwrap());
    let start = |arguments: &[&str]| Server::builder().env("PATH", &path).arguments(arguments).start();
    let script = folder.script("x.py", PREFIX);
    assert_eq!(text_of(&start(&[&script]).get("/")), folder.path("first") + "\n");
    let by_name = start(&["--interpreter", "python3", &script]);
    assert_eq!(text_of(&by_name.get("/")), folder.path("first") + "\n");
    let inline = start(&["-l", "python", "-e", PREFIX]);
    assert_eq!(text_of(&inline.get("/")), folder.path("first") + "\n");
}

#[test]
fn row_09_a_shim_is_asked_once_and_then_left_out() {
    let Some(python) = real_python() else { return };
    let folder = Folder::new();
    let asked = folder.path("asked");
    folder.program("shims/python3", &format!("#!/bin/sh\necho asked >> '{asked}'\nexec '{python}' \"$@\"\n"));
    let path = format!("{}:{}", folder.path("shims"), std::env::var("PATH").unwrap());
    let script = folder.script("x.py", "import sys\nprint(sys.executable)\n");
    let server = Server::builder().env("PATH", &path).arguments(&[&script]).start();
    assert_eq!(folder.lines("asked"), 1, "asked at the start");
    for _ in 0..3 {
        assert_eq!(text_of(&server.get("/")), format!("{python}\n"));
    }
    assert_eq!(folder.lines("asked"), 1, "not asked for a request");
}

#[test]
fn row_09_a_shim_without_a_version_is_passed_over() {
    let Some(python) = real_python() else { return };
    let folder = Folder::new();
    folder.program("shims/python3", "#!/bin/sh\necho 'no version is set' >&2\nexit 127\n");
    virtual_environment(&folder, "next", &python);
    let path = [folder.path("shims"), folder.path("next/bin"), "/usr/bin:/bin".to_owned()].join(":");
    let script = folder.script("x.py", PREFIX);
    let server = Server::builder().env("PATH", &path).arguments(&[&script]).start();
    assert_eq!(text_of(&server.get("/")), folder.path("next") + "\n");
}

#[test]
fn row_10_aliases() {
    let javascript = "process.stdout.write('javascript\\n')\n";
    let python = "print('python')\n";
    let bash = "echo bash\n";
    let aliases = [
        ("node", "javascript", javascript),
        ("node", "es6", javascript),
        ("node", "es7", javascript),
        ("node", "babel", javascript),
        ("node", "node", javascript),
        ("python3", "python", python),
        ("python3", "python3", python),
        ("bash", "bash", bash),
        ("bash", "sh", bash),
    ];
    let folder = Folder::new();
    for (program, alias, text) in aliases {
        if !interpreter(program) {
            continue;
        }
        let server = Server::start(&["-l", alias, &folder.script("x.txt", text)]);
        let answer = text_of(&server.get("/"));
        let expected = format!("{} stack started at: ", answer.trim_end());
        assert!(server.first_line().starts_with(&expected), "{alias}: {}", server.first_line());
    }
}
