//! An answer that streams, a reader that leaves, and signals.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};

use rustix::process::{Pid, Signal, kill_process};

use super::{STACK, start};
use crate::harness::{DEADLINE, Folder, Server, eventually, interpreter, wait_for_exit};

/// The lines of its output as they come.
fn lines(child: &mut Child) -> Receiver<String> {
    let stdout = BufReader::new(child.stdout.take().expect("piped"));
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        let _ = stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line));
    });
    lines
}

fn next(lines: &Receiver<String>) -> String {
    lines.recv_timeout(DEADLINE).expect("a line comes in time")
}

/// Lets a service that reads from the named pipe go on.
fn release(fifo: &str) {
    OpenOptions::new()
        .write(true)
        .open(fifo)
        .expect("the service reads")
        .write_all(b"go\n")
        .expect("it still reads");
}

#[test]
fn a_part_arrives_while_the_service_waits() {
    let folder = Folder::new();
    let gate = folder.fifo("gate");
    let scripts = [
        ("bash", folder.script("x.sh", &format!("echo first; read -r < {gate}; echo second"))),
        (
            "python3",
            folder.script("x.py", &format!("print('first')\nopen('{gate}').read()\nprint('second')")),
        ),
    ];
    for (program, script) in scripts {
        if !interpreter(program) {
            continue;
        }
        let server = Server::start(&[&script]);
        let url = format!("http://{}/", server.address());
        for target in [&script, &url] {
            let mut child = start(&[target]);
            let lines = lines(&mut child);
            assert_eq!(next(&lines), "first", "{target}");
            // Only now it is let go on.
            release(&gate);
            assert_eq!(next(&lines), "second", "{target}");
            assert!(child.wait().unwrap().success(), "{target}");
        }
    }
}

#[test]
fn standard_input_streams_both_ways() {
    let folder = Folder::new();
    let script = folder.script("x.sh", "while read -r line; do echo \"${line^^}\"; done");
    let server = Server::start(&[&script]);
    let url = format!("http://{}/", server.address());
    for target in [&script, &url] {
        let mut child = start(&[target, "-d", "@-", "-H", "Content-Type: text/plain"]);
        let (mut stdin, lines) = (child.stdin.take().unwrap(), lines(&mut child));
        for word in ["one", "two", "three"] {
            stdin.write_all(format!("{word}\n").as_bytes()).unwrap();
            // Nothing more is sent before the answer to this has come.
            assert_eq!(next(&lines), word.to_uppercase(), "{target}");
        }
        drop(stdin);
        assert!(child.wait().unwrap().success(), "{target}");
    }
}

#[test]
fn much_comes_whole() {
    let folder = Folder::new();
    let data: Vec<u8> = (0..2_u32 << 20).flat_map(u32::to_le_bytes).collect();
    std::fs::write(folder.path("data"), &data).unwrap();
    let (file, server) = (format!("@{}", folder.path("data")), Server::start(&["cat"]));
    let url = format!("http://{}/", server.address());
    for target in [&["--", "cat"][..], &[&url]] {
        let mut child = start(&[&["-d", &file][..], target].concat());
        let mut output = Vec::new();
        child.stdout.take().unwrap().read_to_end(&mut output).unwrap();
        assert!(output == data, "{} bytes of {} by {target:?}", output.len(), data.len());
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn a_reader_that_leaves_ends_it_and_the_service() {
    let folder = Folder::new();
    let script = folder.program("endless", "#!/bin/sh\necho $$ > \"$0.pid\"\nexec yes\n");
    let shell = "\"$0\" invoke \"$1\" | head -n 1; echo \"${PIPESTATUS[0]}\"";
    let output = Command::new("bash").args(["-c", shell, STACK, &script]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "y\n141\n", "{output:?}");
    let pid: u32 = folder.read("endless.pid").trim().parse().unwrap();
    assert!(wait_for_exit(pid, DEADLINE));
    let server = Server::start(&["yes"]);
    let url = format!("http://{}/", server.address());
    let output = Command::new("bash").args(["-c", shell, STACK, &url]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "y\n141\n", "{output:?}");
}

/// Starts a service that writes what happens to it, and waits until it runs.
fn started(folder: &Folder, words: &[&str]) -> (Child, u32) {
    let child = start(words);
    let pid = eventually("the service runs", || folder.read("service.pid").trim().parse().ok());
    (child, pid)
}

#[test]
fn a_signal_ends_the_service_first_and_gives_it_its_grace() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        for output in ["", "echo output; "] {
            let folder = Folder::new();
            let trap = "trap 'echo cleaned > \"$0.cleaned\"; exit' TERM";
            let text =
                format!("#!/bin/sh\n{trap}\n{output}echo $$ > \"$0.pid\"\nwhile :; do sleep 0.05; done\n");
            let script = folder.program("service", &text);
            let (mut child, pid) = started(&folder, &[&script, "-t", "0", "--kill-grace", "20s"]);
            kill_process(Pid::from_child(&child), signal).unwrap();
            assert!(wait_for_exit(child.id(), DEADLINE), "{signal:?}");
            assert_eq!(child.wait().unwrap().code(), Some(code), "{signal:?}");
            assert!(wait_for_exit(pid, DEADLINE));
            if !output.is_empty() {
                assert_eq!(folder.read("service.cleaned"), "cleaned\n", "{signal:?}");
            }
        }
    }
}

#[test]
fn a_second_signal_does_not_wait() {
    let folder = Folder::new();
    let text = "#!/bin/sh\ntrap 'echo heard > \"$0.heard\"' TERM\necho output\necho $$ > \"$0.pid\"\n\
                while :; do sleep 0.05; done\n";
    let script = folder.program("service", text);
    let (mut child, pid) = started(&folder, &[&script, "-t", "0", "--kill-grace", "1h"]);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    eventually("the service was asked to end", || (folder.read("service.heard") == "heard\n").then_some(()));
    assert!(child.try_wait().unwrap().is_none(), "it has an hour");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(wait_for_exit(pid, DEADLINE));
}

#[test]
fn a_signal_counts_while_nobody_reads() {
    let folder = Folder::new();
    let script = folder.program("service", "#!/bin/sh\necho $$ > \"$0.pid\"\nexec yes\n");
    let (mut child, pid) = started(&folder, &[&script, "-t", "0"]);
    // Its output is full once the service sleeps in a write.
    eventually("the pipe is full", || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/wchan")).unwrap_or_default();
        stat.contains("pipe").then_some(())
    });
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert!(wait_for_exit(child.id(), DEADLINE));
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(wait_for_exit(pid, DEADLINE));
}
