//! What a service's exit makes of its answer, and what becomes of those that it leaves behind.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{Shell, assert_soon, assert_within};
use crate::harness::{End, Folder, Server, eventually, wait_for_exit};

#[test]
fn attack_35_the_exit_decides_where_there_is_no_output() {
    let text = "case $PATH_INFO in /ok) exit 0 ;; /fail) exit 7 ;; /killed) kill -KILL $$ ;; *) kill -ABRT $$ ;; esac";
    let shell = Shell::serve(&[], text);
    shell.server.unharmed(|| {
        let cases = [("/ok", 200, None), ("/fail", 500, Some("exit")), ("/killed", 500, Some("signal"))];
        for (path, status, code) in cases.into_iter().chain([("/abort", 500, Some("signal"))]) {
            let response = shell.server.get(path);
            assert_eq!((response.status, response.header("x-stack-error")), (status, code), "{path}");
            assert_eq!((response.complete, response.body.is_empty()), (true, status == 200), "{path}");
        }
    });
    shell.server.wait_for_log(|line| line.contains("GET /fail 500"));
}

#[test]
fn attack_35_a_crash_in_mid_body_is_no_end() {
    let text = "echo part\ncase $PATH_INFO in /late*) read -r line ;; esac\n\
                case $PATH_INFO in *kill) kill -KILL $$ ;; *segv) kill -SEGV $$ ;; *) exit 3 ;; esac";
    let shell = Shell::serve(&[], text);
    shell.server.unharmed(|| {
        for path in ["/kill", "/segv", "/exit"] {
            let response = shell.server.get(path);
            assert_eq!((response.status, response.text().as_str()), (200, "part\n"), "{path}");
            assert_ne!(response.end, End::Complete, "{path}");
            // The same when the head has been out for long.
            let mut connection = shell.server.connect();
            connection
                .send(format!("POST /late-{} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n", &path[1..]));
            assert_eq!(connection.head().status, 200);
            connection.body_until("part\n");
            connection.send("go\n");
            let (rest, end) = connection.rest();
            assert!(rest.is_empty() && end != End::Complete, "late {path}: {rest:?} {end:?}");
        }
    });
    let mut told = 0;
    shell.server.wait_for_log(|line| {
        told += usize::from(line.contains("BROKEN OFF: exit 3") && line.contains("--ok-exit 0,3"));
        told == 2
    });
    shell.server.wait_for_log(|line| line.contains("GET /kill 200") && line.contains("BROKEN OFF: signal 9"));
}

#[test]
fn engine_a4_what_was_written_before_the_failure_always_arrives() {
    let shell = Shell::serve(&[], "printf part; exit 1");
    shell.server.unharmed(|| {
        for round in 0..100 {
            let response = shell.server.get("/part");
            let seen = (response.status, response.text(), response.complete);
            assert_eq!(seen, (200, "part".to_owned(), false), "round {round}");
        }
    });
}

#[test]
fn engine_a4_on_http_1_0_the_failure_is_a_reset() {
    let shell = Shell::serve(&[], "printf part; [ $PATH_INFO = /fails ] && exit 1; exit 0");
    shell.server.unharmed(|| {
        for round in 0..100 {
            let mut connection = shell.server.connect();
            connection.send("GET /fails HTTP/1.0\r\n\r\n");
            let response = connection.response();
            let seen = (response.status, response.text(), response.end);
            assert_eq!(seen, (200, "part".to_owned(), End::Reset), "round {round}");
            let mut connection = shell.server.connect();
            connection.send("GET /ends HTTP/1.0\r\n\r\n");
            let response = connection.response();
            assert_eq!((response.text().as_str(), response.end), ("part", End::Complete), "round {round}");
        }
    });
}

#[test]
fn attack_37_closing_the_output_is_not_the_end() {
    let text = "case $PATH_INFO in /part*) echo part ;; esac\nexec 1>&-\nsleep 0.5\n\
                case $PATH_INFO in *fail) exit 3 ;; esac";
    let shell = Shell::serve(&[], text);
    shell.server.unharmed(|| {
        let cases =
            [("/ok", 200, "", true), ("/part-ok", 200, "part\n", true), ("/part-fail", 200, "part\n", false)];
        for (path, status, body, is_complete) in cases {
            let response = shell.server.get(path);
            let seen = (response.status, response.text(), response.complete);
            assert_eq!(seen, (status, body.to_owned(), is_complete), "{path}");
        }
        let response = shell.server.get("/fail");
        assert_eq!((response.status, response.header("x-stack-error")), (500, Some("exit")));
    });
}

#[test]
fn attack_37_survivors_in_the_group_hold_nothing_up_and_are_killed_alone() {
    let text =
        "trap '' TERM HUP\n[ $PATH_INFO = /part ] && echo part\nsleep 60 & echo $! >> \"$HERE/pids\"; exit 0";
    let shell = Shell::serve(&[], text);
    shell.server.unharmed(|| {
        for (path, body) in [("/part", "part\n"), ("/silent", "")] {
            assert_soon((0..5).map(|_| {
                let before = shell.folder.lines("pids");
                let start = Instant::now();
                let response = shell.server.get(path);
                let took = start.elapsed();
                assert_eq!((response.status, response.text().as_str(), response.complete), (200, body, true));
                let survivor = shell.wait_for_pids(before + 1)[before];
                eventually("the survivor is dead", || wait_for_exit(survivor, Duration::ZERO).then_some(()));
                took
            }));
        }
    });
}

/// Ends what escaped from its group; nothing but a control group could have held it.
struct Escaped(u32);

impl Drop for Escaped {
    fn drop(&mut self) {
        let pid = i32::try_from(self.0).ok().and_then(Pid::from_raw).expect("a pid");
        let _ = kill_process(pid, Signal::KILL);
    }
}

#[test]
fn attack_37_what_escaped_holds_the_output_for_the_drain_limit_only_alone() {
    let silent = "setsid sh -c 'echo $$ >> \"$HERE/pids\"; exec sleep 60' &";
    let chatty = "setsid sh -c 'echo $$ >> \"$HERE/pids\"; while :; do echo more; sleep 0.01; done' &";
    for (escape, is_chatty) in [(silent, false), (chatty, true)] {
        for part in ["", "echo part\n"] {
            // The leader waits for the other to have left its group.
            let text = format!("{part}{escape}\nuntil [ -s \"$HERE/pids\" ]; do sleep 0.01; done\nexit 0");
            let shell = Shell::serve(&[], &text);
            let mut connection = shell.begin("/escapes");
            let _escaped = Escaped(shell.wait_for_pids(1)[0]);
            let start = Instant::now();
            let response = connection.response();
            assert_within(start.elapsed(), 0, 9000);
            assert_eq!((response.status, response.complete), (200, true));
            let expected = part.trim_start_matches("echo ");
            assert!(response.text().starts_with(expected), "{:?}", response.text());
            assert_eq!(response.text().contains("more"), is_chatty, "{:?}", response.text());
        }
    }
}

#[test]
fn attack_37_a_grandchild_may_hold_the_control_channel() {
    let folder = Folder::new();
    let text = "#!/bin/sh\necho 'Status: 201' >&3\nsetsid sh -c 'echo $$ > \"$HERE/pid\"; exec sleep 60' >&- 2>&- &\n\
                until [ -s \"$HERE/pid\" ]; do sleep 0.01; done\necho done\n";
    let program = folder.program("service", text);
    let server = Server::builder().arguments(&[program]).env("HERE", folder.root()).start();
    let response = server.get("/");
    let _escaped = Escaped(folder.read("pid").trim().parse().expect("the service waits for it"));
    assert_eq!((response.status, response.text().as_str(), response.complete), (201, "done\n", true));
}
