//! Programs that cannot be executed: each failure its own sentence and its own remedy.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::{id, wait_for_line};
use crate::harness::{Folder, Server};

/// Asks a service that cannot start: 502, this code, and these words of its sentence and its remedy, on the page
/// and in the log. Gives the sentence.
fn sentence(server: &Server, code: &str, words: &[&str]) -> String {
    let answer = server.get("/");
    let page = answer.text();
    assert_eq!((answer.status, answer.header("x-stack-error")), (502, Some(code)), "{page}");
    for word in words {
        assert!(page.contains(word), "{word:?} is not in {page}");
    }
    let sentence = page.lines().next().unwrap_or_default().to_owned();
    wait_for_line(server, &id(&answer), &sentence);
    sentence
}

fn rights(path: &str, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("our own file");
}

/// A program whose first bytes say that it is for a processor of the other byte order.
fn foreign_program() -> Vec<u8> {
    let mut program = fs::read("/bin/true").expect("every system has it");
    let machine = if cfg!(target_arch = "s390x") { 0xf3 } else { 22 };
    program[18..20].copy_from_slice(&u16::to_ne_bytes(machine));
    program
}

/// A program whose dynamic loader has another name than any that is there.
fn loaderless_program() -> Vec<u8> {
    let mut program = fs::read("/bin/true").expect("every system has it");
    let at = program.windows(4).position(|bytes| bytes == b"/ld-").expect("it is linked dynamically");
    program[at + 1..at + 3].copy_from_slice(b"no");
    program
}

fn place(folder: &Folder, name: &str, bytes: &[u8]) -> String {
    let path = folder.program(name, "");
    fs::write(&path, bytes).expect("our own file");
    path
}

#[test]
fn row_60_each_failure_has_its_own_sentence_and_remedy() {
    let folder = Folder::new();
    let missing = folder.program("missing", "#!/nowhere/interpreter -x\n");
    let carriage = folder.program("carriage", "#!/bin/sh\r\necho\r\n");
    let shapeless = folder.program("shapeless", "echo hello\n");
    let foreign = place(&folder, "foreign", &foreign_program());
    let loaderless = place(&folder, "loaderless", &loaderless_program());
    let failures: [(&str, &str, &[&str]); 5] = [
        (&missing, "bad-interpreter", &["/nowhere/interpreter", "not there", "install it"]),
        (&carriage, "bad-interpreter", &["carriage return", "sed -i"]),
        (&shapeless, "wrong-format", &["no program", "#!/bin/sh"]),
        (&foreign, "wrong-format", &["another kind of processor", "build it"]),
        (&loaderless, "loader-missing", &["loader", "link it statically"]),
    ];
    let mut sentences = BTreeSet::new();
    for (program, code, words) in failures {
        let said = sentence(&Server::start(&[program]), code, words);
        assert!(said.contains(program), "{said}");
        // The place apart, no two say the same.
        sentences.insert(said.replace(program, "…"));
    }
    assert_eq!(sentences.len(), failures.len(), "{sentences:#?}");
}

#[test]
fn row_60_what_befalls_a_program_while_the_server_runs() {
    let folder = Folder::new();
    let program = folder.program("tool", "#!/bin/sh\necho hello\n");
    let server = Server::start(&[&program]);
    assert_eq!(server.get("/").text(), "hello\n");
    rights(&program, 0o644);
    let forbidden = sentence(&server, "not-executable", &["may not be executed", "chmod +x"]);
    fs::remove_file(&program).expect("our own file");
    let gone = sentence(&server, "program-missing", &["is not there", "install it"]);
    assert_ne!(forbidden, gone);
    folder.program("tool", "#!/bin/sh\necho again\n");
    assert_eq!(server.get("/").text(), "again\n", "it is looked for each time");
    let writer = OpenOptions::new().append(true).open(&program).expect("our own file");
    let busy = sentence(&server, "text-busy", &["still being written", "rename"]);
    drop(writer);
    assert_ne!(busy, gone);
    server.assert_serves();
}

#[test]
fn row_60_an_interpreter_that_vanished_says_what_to_install() {
    let folder = Folder::new();
    let interpreter = folder.path("bash");
    symlink("/bin/bash", &interpreter).expect("our own folder");
    let script = folder.script("hello.sh", "echo hello");
    let server = Server::start(&["--interpreter", &interpreter, &script]);
    assert_eq!(server.get("/").text(), "hello\n");
    fs::remove_file(&interpreter).expect("our own link");
    let said = sentence(&server, "program-missing", &["is not there", "install"]);
    assert!(said.contains(&interpreter), "{said}");
    symlink("/bin/bash", &interpreter).expect("our own folder");
    assert_eq!(server.get("/").text(), "hello\n", "it is looked for each time");
}

#[test]
fn row_60_a_folder_that_vanished_is_named() {
    let folder = Folder::new();
    let inner = folder.root().join("inner");
    fs::create_dir(&inner).expect("our own folder");
    let server = Server::builder().directory(&inner).arguments(&["echo", "hello"]).start();
    assert_eq!(server.get("/").text(), "hello\n");
    fs::remove_dir(&inner).expect("it is empty");
    let said = sentence(&server, "start-failed", &["cannot enter", "is the folder still there?"]);
    assert!(said.contains("inner"), "{said}");
    assert!(!Path::new(&inner).exists(), "nothing made it anew");
}
