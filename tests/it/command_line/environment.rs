//! The environment of a service: the server's own, and what flags make of it.

use super::text_of;
use crate::harness::{Folder, Server, interpreter, run};

/// The variables that `env` shows of those that tests set.
fn shown(server: &Server) -> Vec<String> {
    let text = text_of(&server.get("/"));
    let mut lines: Vec<_> = text.lines().filter(|line| line.starts_with("T_")).map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn row_23_the_servers_variables_reach_the_script() {
    for (program, name) in [("node", "env.js"), ("python3", "env.py"), ("bash", "env.sh")] {
        let script = format!("examples/services/env/{name}");
        if interpreter(program) && std::path::Path::new(crate::harness::PROJECT).join(&script).is_file() {
            let server = Server::builder().env("FOO", "1").arguments(&[script]).start();
            assert_eq!(text_of(&server.get("/")), "1\n", "{name}");
        }
    }
    let folder = Folder::new();
    let scripts = [
        ("node", "x.js", "module.exports = hook => hook.res.end(hook.env.FOO + process.env.FOO)"),
        ("python3", "x.py", "import os\nprint(hook.env.FOO + Hook['env']['FOO'][:0] + os.environ['FOO'])"),
        ("bash", "x.sh", "echo \"$Hook_env_FOO$FOO\""),
        ("sh", "program", "#!/bin/sh\necho \"$FOO$FOO\""),
    ];
    for (program, name, text) in scripts {
        if interpreter(program) {
            let script = folder.program(name, text);
            let server = Server::builder().env("FOO", "a b'\"$(id)").arguments(&[script]).start();
            assert_eq!(text_of(&server.get("/")), "a b'\"$(id)a b'\"$(id)\n", "{name}");
        }
    }
}

#[test]
fn row_23_flags_go_before_files_and_those_before_the_server() {
    let folder = Folder::new();
    let text =
        "# a comment\n\nT_FILE=file # a comment\nexport T_BOTH='file'\nT_QUOTED=\"a \\\"b\\\"\\n$T_FILE\"\n";
    let file = folder.script("variables", text);
    let second = folder.script("second", "T_FILE=second\r\n");
    let start = |arguments: &[&str]| {
        let builder = Server::builder().env("T_SERVER", "server").env("T_BOTH", "server");
        builder.arguments(arguments).arguments(&["env"]).start()
    };
    assert_eq!(shown(&start(&[])), ["T_BOTH=server", "T_SERVER=server"]);
    let from_file = shown(&start(&["--env-file", &file]));
    assert_eq!(from_file, ["T_BOTH=file", "T_FILE=file", "T_QUOTED=a \"b\"", "T_SERVER=server"]);
    let flags = ["--env-file", &file, "--env-file", &second, "--env", "T_BOTH=a=b c", "--env", "T_EMPTY="];
    let expected = ["T_BOTH=a=b c", "T_EMPTY=", "T_FILE=second", "T_QUOTED=a \"b\"", "T_SERVER=server"];
    assert_eq!(shown(&start(&flags)), expected);
}

#[test]
fn row_23_a_cleared_environment_has_only_what_was_set() {
    let builder = Server::builder().env("T_SERVER", "server");
    let server = builder.arguments(&["--clear-env", "--env", "T_SET=1", "--", "/usr/bin/env"]).start();
    assert_eq!(shown(&server), ["T_SET=1"]);
    let text = text_of(&server.get("/"));
    assert!(text.lines().all(|line| !line.starts_with("PATH=") && !line.starts_with("HOME=")), "{text}");
    assert!(text.contains("REQUEST_METHOD=GET\n"), "{text}");
    let folder = Folder::new();
    let scripts = [
        ("python3", "x.py", "print(hook.params.a)"),
        ("node", "x.js", "module.exports = hook => hook.res.end(hook.params.a)"),
        ("bash", "x.sh", "echo \"$hook_params_a\""),
    ];
    for (program, name, text) in scripts {
        if interpreter(program) {
            let server = Server::start(&["--clear-env", &folder.script(name, text)]);
            assert_eq!(text_of(&server.get("/?a=b")), "b\n", "{name}");
        }
    }
}

#[test]
fn row_23_what_cannot_be_set_is_refused() {
    let folder = Folder::new();
    let broken = folder.script("broken", "GOOD=1\nno assignment\n");
    let wrong: [(&[&str], &str); 6] = [
        (&["--env", "NAME"], "--env NAME"),
        (&["--env", "=value"], "no name"),
        (&["--env", "STACK_CONTROL=/dev/fd/9"], "STACK_CONTROL"),
        (&["--env", "QUERY_STRING=a"], "QUERY_STRING"),
        (&["--env-file", "/nowhere/variables"], "/nowhere/variables"),
        (&["--env-file", &broken], "line 2"),
    ];
    for (flags, named) in wrong {
        let refused = run(&[flags, &["true"]].concat());
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{flags:?}: {}", refused.stderr);
        assert!(refused.stderr.contains(named), "{flags:?}: {}", refused.stderr);
    }
}
