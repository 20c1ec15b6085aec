//! `stack pipe`: one run as a filter, without a server.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;

use rustix::process::{Pid, Signal, kill_process};

use super::text_of;
use crate::harness::{DEADLINE, Folder, Server, eventually, interpreter, run_with, wait_for_exit};

const STACK: &str = env!("CARGO_BIN_EXE_stack");

#[test]
fn row_22_a_result_and_nothing_else() {
    let folder = Folder::new();
    let scripts = [
        ("bash", folder.script("x.sh", "tr a-z A-Z")),
        (
            "python3",
            folder.script("x.py", "import sys\nfor line in sys.stdin:\n    print(line.upper(), end='')\n"),
        ),
        ("node", "examples/services/filters/transform.js".to_owned()),
        ("sh", folder.program("program", "#!/bin/sh\ntr a-z A-Z\n")),
    ];
    for (program, script) in scripts {
        if interpreter(program) {
            let finished = run_with(&["pipe", &script], b"hi\nyou\n", |_| {});
            let parts = (finished.code, finished.stdout.as_str(), finished.stderr.as_str());
            assert_eq!(parts, (0, "HI\nYOU\n", ""), "{script}");
        }
    }
    let finished = run_with(&["pipe", "sort", "-r"], b"a\nb\n", |_| {});
    assert_eq!((finished.code, finished.stdout.as_str(), finished.stderr.as_str()), (0, "b\na\n", ""));
}

#[test]
fn row_22_its_words_are_those_of_a_server() {
    let folder = Folder::new();
    let script = folder.script("x.sh", "printf '%s|' \"$@\" \"$T_SET\"; cat");
    let words = ["pipe", &script, "--env", "T_SET=1", "-t", "60s", "--", "-t", "a b"];
    assert_eq!(run_with(&words, b"body", |_| {}).stdout, "-t|a b|1|body\n");
    let inline = ["pipe", "-l", "bash", "-e", "tr a-z A-Z"];
    assert_eq!(run_with(&inline, b"hi", |_| {}).stdout, "HI\n");
    let refused = run_with(&["pipe", "-p", "0", "cat"], b"", |_| {});
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "a filter has no port");
}

#[test]
fn row_22_the_exit_code_is_the_services() {
    for code in [0, 1, 3, 255] {
        for output in ["", "echo output; "] {
            let script = format!("{output}echo error >&2; exit {code}");
            let finished = run_with(&["pipe", "sh", "-c", &script], b"", |_| {});
            assert_eq!(finished.code, code, "{script}");
            assert_eq!(finished.stdout, if output.is_empty() { "" } else { "output\n" }, "{script}");
            assert!(finished.stderr.lines().any(|line| line == "error"), "{script}: {}", finished.stderr);
        }
    }
    // Whether its exit is seen with its output or after it must make no difference.
    for _ in 0..10 {
        let killed = run_with(&["pipe", "sh", "-c", "echo output; kill -9 $$"], b"", |_| {});
        assert!(killed.code != 0 && killed.stderr.contains("signal 9"), "{killed:?}");
    }
    let words = ["pipe", "--idle-timeout", "300ms", "sh", "-c", "echo output; sleep 77"];
    let late = run_with(&words, b"", |_| {});
    assert_eq!((late.code, late.stdout.as_str()), (1, "output\n"));
    assert!(late.stderr.contains("silent"), "{}", late.stderr);
}

#[test]
fn row_22_what_the_service_logs_is_standard_error_as_it_was_written() {
    let script = "echo one >&2; log two; echo three >&2; echo body";
    let finished = run_with(&["pipe", "-l", "bash", "-e", script], b"", |_| {});
    let mut lines: Vec<_> = finished.stderr.lines().collect();
    // Two channels carry them, so that only the order within each is kept.
    lines.sort_unstable();
    assert_eq!((finished.stdout.as_str(), lines), ("body\n", vec!["one", "three", "two"]));
}

/// A filter whose input and output the test holds.
fn filter(words: &[&str]) -> Child {
    let mut command = Command::new(STACK);
    command.arg("pipe").args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn row_22_it_streams() {
    let folder = Folder::new();
    let scripts = [
        ("node", "examples/services/filters/transform.js".to_owned()),
        (
            "python3",
            folder.script("x.py", "import sys\nfor line in sys.stdin:\n    print(line.upper(), end='')\n"),
        ),
        ("bash", folder.script("x.sh", "while read -r line; do echo \"${line^^}\"; done")),
    ];
    for (program, script) in scripts {
        if !interpreter(program) {
            continue;
        }
        let mut child = filter(&[&script]);
        let (mut stdin, stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let (sender, lines) = channel();
        let reader = std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
        });
        for word in ["one", "two", "three"] {
            stdin.write_all(format!("{word}\n").as_bytes()).unwrap();
            // Nothing more is sent before the answer to this has come.
            assert_eq!(lines.recv_timeout(DEADLINE).as_deref(), Ok(&*word.to_uppercase()), "{script}");
        }
        drop(stdin);
        reader.join().unwrap();
        assert!(child.wait().unwrap().success(), "{script}");
    }
}

#[test]
fn row_22_much_in_and_out() {
    let input: Vec<u8> = (0..2_u32 << 20).flat_map(u32::to_le_bytes).collect();
    let mut child = filter(&["cat"]);
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut output = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            stdin.write_all(&input).unwrap();
            drop(stdin);
        });
        stdout.read_to_end(&mut output).unwrap();
    });
    assert!(output == input, "{} bytes of {}", output.len(), input.len());
    assert!(child.wait().unwrap().success());
}

#[test]
fn row_22_a_reader_that_leaves_ends_it_as_it_ends_other_filters() {
    let shell = "yes | \"$0\" pipe cat | head -n 1; echo \"${PIPESTATUS[1]}\"";
    let output = Command::new("bash").args(["-c", shell, STACK]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "y\n141\n", "{output:?}");
}

#[test]
fn row_22_its_processes_end_with_it() {
    for signal in [Signal::TERM, Signal::INT, Signal::KILL] {
        let folder = Folder::new();
        let script = folder.program("tree", "#!/bin/sh\nsleep 77 &\necho $! $$ > \"$0.pids\"\nsleep 78\n");
        let mut child = filter(&[&script]);
        let pids = eventually("the service runs", || {
            let text = folder.read("tree.pids");
            text.ends_with('\n').then(|| text.split_whitespace().map(|pid| pid.parse().unwrap()).collect())
        });
        let pids: Vec<u32> = pids;
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert!(!child.wait().unwrap().success(), "{signal:?}");
        assert!(pids.iter().all(|&pid| wait_for_exit(pid, DEADLINE)), "{signal:?}");
    }
}

#[test]
fn row_22_without_the_word_a_server_starts_whatever_standard_input_is() {
    let folder = Folder::new();
    let file = File::open(folder.script("input", "from standard input\n")).unwrap();
    for input in [Stdio::null(), Stdio::piped(), Stdio::from(file)] {
        let server = Server::builder().stdin(input).arguments(&["cat"]).start();
        assert_eq!(text_of(&server.post("/", "text/plain", "from the request")), "from the request");
        assert_eq!(text_of(&server.get("/")), "");
    }
    let closed = ["sh", "-c", "exec \"$@\" <&-", "sh"];
    let server = Server::builder().under(&closed).arguments(&["cat"]).start();
    assert_eq!(text_of(&server.post("/", "text/plain", "from the request")), "from the request");
}
