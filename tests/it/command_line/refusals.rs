//! What cannot be served is refused at the start, with its name and what to do.

use std::os::unix::fs::symlink;

use super::run_in;
use crate::harness::{Finished, Folder, run};

/// Runs `stack` in that folder; it must refuse what was typed.
fn refused(folder: &Folder, words: &[&str]) -> String {
    let Finished { code, stdout, stderr } = run_in(folder, words);
    assert_eq!((code, stdout.as_str()), (2, ""), "{words:?}: {stderr}");
    assert!(stderr.starts_with("stack: ") || stderr.starts_with("error: "), "{stderr}");
    stderr
}

#[test]
fn row_11_an_unknown_language() {
    let folder = Folder::new();
    folder.script("x.foo", "hello\n");
    folder.script("plain", "hello\n");
    for words in [&["x.foo"][..], &["./x.foo"], &["plain"], &["-e", "echo"]] {
        let text = refused(&folder, words);
        assert!(text.contains("language is not specified and could not be detected"), "{words:?}: {text}");
        assert!(text.contains("--language"), "{text}");
    }
    let text = refused(&folder, &["-l", "cobol", "x.foo"]);
    for word in ["\"cobol\"", "javascript", "python", "bash"] {
        assert!(text.contains(word), "{word} is not in: {text}");
    }
}

#[test]
fn row_12_a_missing_file_is_named() {
    let folder = Folder::new();
    symlink("nowhere.py", folder.root().join("dangling.py")).unwrap();
    folder.script("file.py", "");
    for path in ["./nope.js", "no/such/folder/x.py", "./dangling.py", "file.py/x.py"] {
        let text = refused(&folder, &[path]);
        assert!(text.contains(&format!("there is no file {path}")), "{text}");
        assert!(refused(&folder, &["pipe", path]).contains(path));
    }
}

#[test]
fn row_12_a_typo_in_a_command_is_named() {
    let folder = Folder::new();
    for words in [&["ehco", "hello"][..], &["--", "ehco"], &["ehco.js"], &["pipe", "ehco"]] {
        let text = refused(&folder, words);
        assert!(text.contains("ehco") && text.contains("PATH"), "{words:?}: {text}");
    }
}

#[test]
fn row_12_what_is_no_regular_file_is_named() {
    let folder = Folder::new();
    folder.fifo("pipe.py");
    let empty = refused(&folder, &["."]);
    assert!(empty.contains("has no service in it") && empty.contains("stack new"), "{empty}");
    assert!(refused(&folder, &["./pipe.py"]).contains("./pipe.py is no regular file"));
    let text = refused(&folder, &["--", &folder.script("not-executable", "echo\n")]);
    assert!(text.contains("not-executable") && text.contains("chmod +x"), "{text}");
}

#[test]
fn row_12_wrong_values_name_their_option() {
    let wrong: [(&[&str], &str); 8] = [
        (&["-p", "99999", "echo"], "--port"),
        (&["-t", "soon", "echo"], "--timeout"),
        (&["--max-body", "10MB", "echo"], "--max-body"),
        (&["--errors", "maybe", "echo"], "--errors"),
        (&["--ok-exit", "256", "echo"], "--ok-exit"),
        (&["--raw", "--parse", "echo"], "--parse"),
        (&["--no-such-option", "echo"], "--no-such-option"),
        (&["-h", "no such host", "echo"], "no such host"),
    ];
    for (words, named) in wrong {
        let refused = run(words);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{words:?}: {}", refused.stderr);
        assert!(refused.stderr.contains(named), "{words:?}: {}", refused.stderr);
    }
}

#[test]
fn row_12_a_name_cannot_act_on_the_terminal() {
    let refused = run(&["./a\u{1b}[2Jb\nc.py"]);
    assert_eq!(refused.code, 2);
    assert!(!refused.stderr.contains('\u{1b}'), "{:?}", refused.stderr);
    assert_eq!(refused.stderr.lines().count(), 1, "{:?}", refused.stderr);
}
