//! What cannot be is refused with file, line and remedy.

use std::{fs, os::unix::fs::PermissionsExt};

use super::Folder;

#[test]
fn attack_49_every_wrong_value_is_refused_with_its_line_and_a_remedy() {
    let service = "[services.a]\nfile = \"a.py\"\n";
    let table = [
        ("route = \"users\"", "stack.toml:3: the route \"users\" begins with no slash; write \"/users\""),
        ("route = \"/a[b]\"", "stack.toml:3: the route \"/a[b]\" has a bracket "),
        ("methods = [\"get\"]", "stack.toml:3: the method \"get\" is written otherwise; write \"GET\""),
        ("methods = [\"G T\"]", "stack.toml:3: \"G T\" is no method; "),
        ("methods = []", "stack.toml:3: a service answers at least one method; "),
        (
            "command = [\"true\"]",
            "stack.toml:1: the service \"a\" has more than one of file, command and code; ",
        ),
        ("language = \"cobol\"", "stack.toml:3: there is no language \"cobol\"; choose one of "),
        ("protocol = \"fastcgi\"", "stack.toml:3:12: unknown variant `fastcgi`"),
        ("env_file = [\"no.env\"]", "stack.toml:3: there is no file "),
        (
            "env.A = \"${NO_SUCH_VARIABLE_HERE}\"",
            "stack.toml:3: A needs the variable NO_SUCH_VARIABLE_HERE, ",
        ),
        ("env.STACK_REQUEST = \"x\"", "stack.toml:3: STACK_REQUEST cannot be set, "),
        ("headers.\"X Y\" = \"a\"", "stack.toml:3: \"X Y\" is no name of a header"),
        ("headers.X = \"a\\nb\"", "stack.toml:3: the header X cannot have this value; "),
        ("headers.Content-Length = \"1\"", "stack.toml:3: the header Content-Length is the server's own; "),
        ("content_type = \"\"", "stack.toml:3: \"\" is no content type; "),
        ("directory = \"no\"", "stack.toml:3: there is no folder no; "),
        ("schema = \"no.json\"", "stack.toml:3: the schema no.json cannot be read: "),
        ("schema = \"a.py\"", "stack.toml:3: the schema a.py is no JSON: "),
        ("schema = \"pipe\"", "stack.toml:3: the schema pipe cannot be read: it is no regular file"),
        (
            "schema = \"large.json\"",
            "stack.toml:3: the schema large.json cannot be read: it has more than 1 MiB",
        ),
        ("max_processes = 0", "stack.toml:3: without any process nothing is answered; "),
        ("before = [\"nobody\"]", "stack.toml:3: there is neither a service nor a file \"nobody\" "),
        ("before = [\"data.json\"]", "stack.toml:3: data.json: language is not specified "),
    ];
    for (line, expected) in table {
        let said = Folder::refusal_of(&format!("{service}{line}\n"));
        assert!(said.starts_with(expected), "{line}: {said}");
    }
}

#[test]
fn attack_49_a_service_that_runs_nothing_is_refused() {
    let table = [
        ("[services.a]\n", "stack.toml:1: the service \"a\" has none of file, command and code; "),
        ("[services.a]\nfile = \"no.py\"\n", "stack.toml:2: the file no.py does not exist; "),
        ("[services.a]\nfile = \".\"\n", "stack.toml:2: the file . is no file; "),
        ("[services.a]\nfile = \"data.json\"\n", "stack.toml:1: language is not specified and could not be "),
        ("[services.a]\ncode = \"x\"\n", "stack.toml:1: language is not specified and could not be "),
        ("[services.a]\ncommand = []\n", "stack.toml:2: a command has at least one word; "),
        ("[services.\"a[b]\"]\nfile = \"a.py\"\n", "stack.toml:1: the route \"/a[b]\" has a bracket "),
        ("[defaults]\nfile = \"a.py\"\n", "stack.toml:2: services cannot have one file in common; "),
        ("[server]\nmax_processes = 0\n", "stack.toml:2: without any process "),
        ("[server]\nstatic = \"no\"\n", "stack.toml:2: there is no folder no; "),
        ("[defaults]\nbefore = [\"_no.py\"]\n", "stack.toml:2: there is neither a service nor a file "),
    ];
    for (text, expected) in table {
        let said = Folder::refusal_of(text);
        assert!(said.starts_with(expected), "{text}: {said}");
    }
}

#[test]
fn attack_49_a_script_that_contradicts_itself_is_refused() {
    let folder = Folder::of(&[]);
    folder.file("x.py", "#!/usr/bin/perl\n");
    assert!(folder.refusal().contains("chmod +x"), "{}", folder.refusal());
}

#[test]
fn attack_49_an_unreadable_script_is_refused() {
    let folder = Folder::of(&["x.py"]);
    fs::set_permissions(folder.path().join("x.py"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(folder.path().join("x.py")).is_ok() {
        // Root reads everything.
        assert_eq!(folder.routes(), ["/x"]);
        return;
    }
    assert!(folder.refusal().starts_with("x.py cannot be read: "), "{}", folder.refusal());
}

#[test]
fn attack_49_what_is_no_folder_or_no_toml_is_refused() {
    let folder = Folder::of(&["a.py"]);
    fs::write(folder.path().join("stack.toml"), b"\xff\n").unwrap();
    assert!(folder.refusal().starts_with("stack.toml is no UTF-8; "), "{}", folder.refusal());
    fs::write(folder.path().join("stack.toml"), vec![b'#'; (1 << 20) + 1]).unwrap();
    assert_eq!(folder.refusal(), "stack.toml has more than 1 MiB");
    fs::remove_file(folder.path().join("stack.toml")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("stack.toml")).unwrap();
    assert!(folder.refusal().starts_with("stack.toml leads out of the folder; "), "{}", folder.refusal());
    let path = folder.path().join("a.py");
    let error = super::site(&path, &crate::config::Service::default(), None).unwrap_err();
    assert!(error.is_missing_file(), "{error}");
}
