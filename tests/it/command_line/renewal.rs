//! Edits: with `--watch`, without it, and what SIGHUP does.

use std::fs;
use std::time::Duration;

use rustix::process::Signal;

use super::{real_python, text_of, virtual_environment};
use crate::harness::{Folder, Response, Server, eventually, holds_for, interpreter};

const WATCHING: &str = "watching ";

fn is_watching(server: &Server) -> bool {
    text_of(&server.get("/"));
    server.wait_for_log(|line| line.contains("GET / 200"));
    server.log().iter().any(|line| line.starts_with(WATCHING))
}

#[test]
fn row_18_the_flag_takes_the_next_word_only_when_it_is_a_truth() {
    let folder = Folder::new();
    let script = folder.script("x.sh", "echo \"$@\"");
    let watching: [&[&str]; 6] = [
        &["-w", &script],
        &["-w", "true", &script],
        &["--watch", &script],
        &["--watch=true", &script],
        &[&script, "-w"],
        &["-wt", "5s", &script],
    ];
    for words in watching {
        assert!(is_watching(&Server::start(words)), "{words:?}");
    }
    for words in [&["-w", "false", &script][..], &["--watch=false", &script], &[&script, "-w", "false"]] {
        assert!(!is_watching(&Server::start(words)), "{words:?}");
    }
}

/// A version that works, one that does not, and what its compiler says to that.
const EDITS: [(&str, &str, &str, &str, &str); 4] = [
    ("python3", "x.py", "print('good')\n", "print('broken'\n", "SyntaxError"),
    (
        "node",
        "x.js",
        "module.exports = hook => hook.res.end('good');\n",
        "module.exports = hook => {\n",
        "SyntaxError",
    ),
    (
        "node",
        "x.mjs",
        "export default ({ res }) => res.end('good');\n",
        "export default (=> 1;\n",
        "SyntaxError",
    ),
    ("bash", "x.sh", "echo good\n", "if true; then echo broken\n", "syntax error"),
];

#[test]
fn row_18_a_broken_edit_is_the_answer_and_the_next_good_one_heals() {
    for (program, name, good, broken, words) in EDITS {
        if !interpreter(program) {
            continue;
        }
        let folder = Folder::new();
        let server = Server::start(&["-w", &folder.script(name, good)]);
        assert_eq!(text_of(&server.get("/")), "good\n");
        folder.script(name, broken);
        for _ in 0..2 {
            let response = server.get("/");
            assert_eq!(response.status, 500, "{}", response.text());
            assert!(response.header("x-stack-error").is_some());
            for shown in [words, name] {
                assert!(response.text().contains(shown), "{shown} is not in: {}", response.text());
            }
        }
        folder.script(name, &good.replace("good", "good again"));
        assert_eq!(text_of(&server.get("/")), "good again\n");
    }
}

#[test]
fn row_18_details_are_for_clients_on_this_machine_and_only_with_the_flag() {
    let folder = Folder::new();
    let script = folder.script("x.sh", "echo 'the secret reason' >&2; exit 3");
    let shows = |response: &Response| response.text().contains("the secret reason");
    let server = Server::start(&["-w", &script]);
    assert!(shows(&server.get("/")));
    let json = server.request("GET", "/", &[("Accept", "application/json")], b"");
    assert_eq!(json.header("content-type"), Some("application/problem+json"));
    assert!(
        json.json()["stderr"].as_str().is_some_and(|text| text.contains("the secret reason")),
        "{}",
        json.text()
    );
    assert!(!shows(&server.request("GET", "/", &[("X-Forwarded-For", "192.0.2.1")], b"")));
    for arguments in [&["-w", "--errors", "hide", &script][..], &["-w", "-h", "0.0.0.0", &script], &[&script]]
    {
        let response = Server::start(arguments).get("/");
        assert!(response.status == 500 && !shows(&response), "{arguments:?}: {}", response.text());
    }
}

#[test]
fn row_18_any_change_below_the_folder_counts() {
    if !interpreter("python3") {
        return;
    }
    let folder = Folder::new();
    let script =
        folder.script("x.py", "import parts.word\nprint(parts.word.WORD, open('parts/text').read())\n");
    folder.script("parts/word.py", "WORD = 'one'\n");
    folder.script("parts/text", "first");
    let server = Server::builder().env("PYTHONDONTWRITEBYTECODE", "1").arguments(&["-w", &script]).start();
    assert_eq!(text_of(&server.get("/")), "one first\n");
    folder.script("parts/word.py", "WORD = 'two'\n");
    folder.script("parts/text", "second");
    assert_eq!(text_of(&server.get("/")), "two second\n");
}

#[test]
fn row_18_a_new_first_line_is_another_language() {
    if !interpreter("python3") {
        return;
    }
    let folder = Folder::new();
    let script = folder.script("service", "#!/usr/bin/env bash\necho \"bash $hook_params_a\"\n");
    let server = Server::start(&["-w", &script]);
    assert_eq!(text_of(&server.get("/?a=b")), "bash b\n");
    // As editors do it: written beside, then renamed.
    let other = folder.script("service~", "#!/usr/bin/env python3\nprint('python', hook.params.a)\n");
    fs::rename(other, &script).unwrap();
    assert_eq!(text_of(&server.get("/?a=b")), "python b\n");
}

#[test]
fn row_18_a_file_that_is_gone_for_a_while_heals_too() {
    let folder = Folder::new();
    let script = folder.script("x.sh", "echo one");
    let server = Server::start(&["-w", &script]);
    assert_eq!(text_of(&server.get("/")), "one\n");
    fs::remove_file(&script).unwrap();
    let gone = server.get("/");
    assert!(gone.status >= 500 && gone.text().contains("x.sh"), "{} {}", gone.status, gone.text());
    folder.script("x.sh", "echo two");
    assert_eq!(text_of(&server.get("/")), "two\n");
}

#[test]
fn row_19_each_process_reads_the_files_as_they_are() {
    for (program, name, good, broken, words) in EDITS {
        if !interpreter(program) {
            continue;
        }
        let folder = Folder::new();
        let server = Server::start(&[folder.script(name, good)]);
        assert_eq!(text_of(&server.get("/")), "good\n");
        folder.script(name, &good.replace("good", "other"));
        assert_eq!(text_of(&server.get("/")), "other\n");
        folder.script(name, broken);
        let response = server.get("/");
        assert!(response.status == 500 && !response.text().contains(words), "{}", response.text());
        folder.script(name, good);
        assert_eq!(text_of(&server.get("/")), "good\n");
    }
}

#[test]
fn row_19_a_hangup_renews_when_no_terminal_controls_the_server() {
    let Some(python) = real_python() else { return };
    let folder = Folder::new();
    let script = folder.script("x.py", "import sys\nprint(sys.prefix)\n");
    let server = Server::builder().under(&["setsid"]).arguments(&[&script]).start();
    let before = text_of(&server.get("/"));
    virtual_environment(&folder, ".venv", &python);
    assert_eq!(text_of(&server.get("/")), before, "found once, until it is told otherwise");
    server.signal(Signal::HUP);
    let expected = folder.path(".venv") + "\n";
    eventually("the interpreter is found anew", || (text_of(&server.get("/")) == expected).then_some(()));
}

#[test]
fn row_19_a_hangup_that_finds_nothing_keeps_the_old_service() {
    let folder = Folder::new();
    let script = folder.script("service", "#!/usr/bin/env bash\necho hello\n");
    let server = Server::builder().under(&["setsid"]).arguments(&[&script]).start();
    assert_eq!(text_of(&server.get("/")), "hello\n");
    folder.script("service", "no language\n");
    server.signal(Signal::HUP);
    let said = server.wait_for_log(|line| line.contains("language is not specified"));
    assert!(said.contains("error:"), "{said}");
    folder.script("service", "#!/usr/bin/env bash\necho 'hello again'\n");
    assert_eq!(text_of(&server.get("/")), "hello again\n");
}

/// Gives the program a terminal of its own that controls it, and keeps the other end open.
const TERMINAL: &str = "
import fcntl, os, sys, termios
main, terminal = os.openpty()
os.setsid()
fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
os.set_inheritable(main, True)
os.execvp(sys.argv[1], sys.argv[1:])
";

#[test]
fn row_19_a_hangup_of_its_terminal_ends_the_server() {
    if !interpreter("python3") {
        return;
    }
    let mut server =
        Server::builder().under(&["python3", "-c", TERMINAL]).arguments(&["echo", "hello"]).start();
    assert_eq!(text_of(&server.get("/")), "hello\n");
    server.signal(Signal::HUP);
    assert_eq!(server.wait(), 0);
}

#[test]
fn row_19_a_hangup_that_its_starter_ignored_stays_ignored() {
    let Some(python) = real_python() else { return };
    let folder = Folder::new();
    let script = folder.script("x.py", "import sys\nprint(sys.prefix)\n");
    let ignoring = ["setsid", "sh", "-c", "trap '' HUP; exec \"$@\"", "sh"];
    let server = Server::builder().under(&ignoring).arguments(&[&script]).start();
    let before = text_of(&server.get("/"));
    virtual_environment(&folder, ".venv", &python);
    server.signal(Signal::HUP);
    assert!(holds_for(Duration::from_millis(500), || text_of(&server.get("/")) == before));
}
