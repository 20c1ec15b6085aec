//! Which file answers which path.

use super::serve;
use crate::harness::{Folder, run};

fn echoing(names: &[&str]) -> Folder {
    let folder = Folder::new();
    names.iter().for_each(|name| {
        drop(folder.script(name, &format!("echo \"{name}:$hook_params_id:$hook_params_rest\"\n")))
    });
    folder
}

#[test]
fn row_70_every_file_answers_its_own_path() {
    let folder = echoing(&[
        "index.sh",
        "users.sh",
        "users/[id].sh",
        "users/me.sh",
        "api/index.sh",
        "files/[...rest].sh",
        "with space.sh",
    ]);
    folder.program("tool", "#!/bin/sh\necho tool\n");
    let server = serve(&folder);
    for (path, text) in [
        ("/", "index.sh::"),
        ("/users", "users.sh::"),
        ("/users/", "users.sh::"),
        ("/users/7", "users/[id].sh:7:"),
        ("/users/a%20b/", "users/[id].sh:a b:"),
        ("/users/me", "users/me.sh::"),
        ("/api", "api/index.sh::"),
        ("/api/?x=1", "api/index.sh::"),
        ("/files/a/b", "files/[...rest].sh::a/b"),
        ("/with%20space", "with space.sh::"),
        ("/tool", "tool"),
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.text().trim_end()), (200, text), "{path}");
    }
    for path in
        ["/Users", "/users.sh", "/users/7/8", "/files", "/api/index", "/index", "/nothing", "/users//7"]
    {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}

#[test]
fn attack_49_two_files_for_one_route_refuse_the_start() {
    let folder = echoing(&["users.sh", "users/index.sh"]);
    let refused = run(&["-p", "0", folder.root().to_str().unwrap()]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{}", refused.stderr);
    assert!(refused.stderr.contains("users/index.sh and users.sh both answer /users"), "{}", refused.stderr);
}

#[test]
fn row_70_a_missing_interpreter_is_told_and_the_others_answer() {
    let folder = echoing(&["there.sh"]);
    folder.program("not-there", "#!/bin/sh\necho here\n");
    folder.script(
        "stack.toml",
        "[server]\nscan = true\n[services.gone]\nfile = \"not-there\"\nlanguage = \"bash\"\n\
         interpreter = \"no-such-interpreter\"\n",
    );
    let server = serve(&folder);
    server.wait_for_log(|line| line.contains("no-such-interpreter") && line.contains("502"));
    assert_eq!(server.get("/there").status, 200);
    assert_eq!(server.get("/gone").status, 502);
    assert_eq!(server.get("/not-there").status, 404);
}
