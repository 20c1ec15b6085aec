//! `stack new` and `stack init`: what they write, and what they refuse.

use super::run_in;
use crate::harness::{Folder, Server, interpreter, run};

#[test]
fn new_makes_a_folder_with_a_service_and_prints_the_command_that_serves_it() {
    let folder = Folder::new();
    let made = run_in(&folder, &["new", "bash", "shop"]);
    assert_eq!((made.code, made.stdout.as_str()), (0, "stack shop/index.sh\n"), "{}", made.stderr);
    let text = folder.read("shop/index.sh");
    for part in ["hook_params", "status ", "header ", "stream"] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    let server = Server::builder().directory(folder.root()).arguments(&["shop/index.sh"]).start();
    let response = server.get("/?name=you");
    assert_eq!((response.status, response.text().as_str()), (200, "hello you\n"));
    assert_eq!(server.get("/").text(), "hello world\n");
}

#[test]
fn new_has_a_name_for_the_folder() {
    let folder = Folder::new();
    let made = run_in(&folder, &["new", "py"]);
    assert_eq!((made.code, made.stdout.as_str()), (0, "stack service/index.py\n"), "{}", made.stderr);
}

#[test]
fn init_writes_into_this_folder() {
    let folder = Folder::new();
    let made = run_in(&folder, &["init", "javascript"]);
    assert_eq!((made.code, made.stdout.as_str()), (0, "stack ./index.js\n"), "{}", made.stderr);
    if interpreter("node") {
        let server = Server::start(&[folder.path("index.js")]);
        assert_eq!(server.get("/?name=you").text(), "hello you\n");
    }
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new();
    folder.script("index.py", "mine");
    folder.script("service/file", "mine");
    for words in [&["init", "python"][..], &["new", "python"]] {
        let refused = run_in(&folder, words);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{}", refused.stderr);
        assert!(refused.stderr.contains("is there already"), "{}", refused.stderr);
    }
    assert_eq!(folder.read("index.py"), "mine");
    assert!(!folder.root().join("service/index.py").exists());
}

#[test]
fn an_unknown_language_is_refused_with_those_there_are() {
    for words in [&["new", "cobol"][..], &["init", "cobol"]] {
        let refused = run(words);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{}", refused.stderr);
        for part in ["\"cobol\"", "python, bash"] {
            assert!(refused.stderr.contains(part), "{part} is not in: {}", refused.stderr);
        }
    }
    assert_eq!(run(&["new"]).code, 2);
    assert_eq!(run(&["init", "wasm"]).code, 2);
}
