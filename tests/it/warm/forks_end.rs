//! However a fork or what it was forked from ends, nothing is left; and where nothing can be forked, spares answer.

use rustix::process::{Pid, Signal, kill_process};

use super::{
    forks::{Forks, SOON},
    was,
};
use crate::harness::{Folder, eventually, interpreter, wait_for_exit};

fn kill(pid: u32) {
    kill_process(Pid::from_raw(pid.try_into().unwrap()).unwrap(), Signal::KILL).unwrap();
}

#[test]
fn fork_threads_are_a_reason_for_spares_that_is_told_once() {
    if !interpreter("python3") {
        return;
    }
    let folder = Folder::new();
    folder.script(
        "early.py",
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()",
    );
    folder.script("x.py", "print(1)");
    let forks = Forks::of(folder, "x.py", &["--preload", "early"]);
    let said = |line: &str| line.contains("cannot be a fork server: it has 2 threads");
    forks.server.wait_for_log(said);
    for _ in 0..2 {
        eventually("a spare answers", || was(&forks.server.get("/"), "spare").then_some(()));
    }
    assert_eq!(forks.server.log().iter().filter(|line| said(line)).count(), 1);
}

#[test]
fn fork_whose_forks_die_before_their_requests_is_given_up() {
    if !interpreter("python3") {
        return;
    }
    let folder = Folder::new();
    let early = "import os
real = os.fork
def fatal():
    return real() or os._exit(9)
os.fork = fatal";
    folder.script("early.py", early);
    folder.script("x.py", "print(1)");
    let forks = Forks::of(folder, "x.py", &["--preload", "early"]);
    forks.server.wait_for_log(|line| line.contains("cannot be a fork server: its forks end before"));
    eventually("a spare answers", || was(&forks.server.get("/"), "spare").then_some(()));
    assert_eq!(forks.server.get("/").text(), "1\n");
}

#[test]
fn fork_memory_bounds_what_is_loaded_ahead() {
    let Some(forks) = Forks::serve("python3", "x.py", "print(1)", &["--warm-memory", "1M"]) else { return };
    forks.server.wait_for_log(|line| line.contains("cannot be a fork server: it takes"));
    let response = forks.server.get("/");
    assert_eq!((response.text().as_str(), was(&response, "fork")), ("1\n", false));
    eventually("no fork server is left", || forks.forking().is_empty().then_some(()));
}

#[test]
fn fork_a_language_that_does_not_says_so() {
    let Some(forks) = Forks::serve("node", "x.js", "module.exports = () => 'here'", &[]) else { return };
    forks.server.wait_for_log(|line| line.contains("javascript does not fork"));
    eventually("a spare answers", || was(&forks.server.get("/"), "spare").then_some(()));
}

#[test]
fn fork_a_server_that_is_killed_leaves_nothing() {
    let text = "import signal\nprint('begun', flush=True)\nsignal.pause()";
    let Some(forks) = Forks::serve("python3", "x.py", text, &[]) else { return };
    let (server, fork) = forks.waiting();
    let mut connection = forks.server.connect();
    connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(connection.head().status, 200);
    let all = forks.server.services();
    forks.server.signal(Signal::KILL);
    for pid in all.iter().map(|process| process.pid).chain([server, fork]) {
        assert!(wait_for_exit(pid, SOON), "{pid} is still there");
    }
}

#[test]
fn fork_a_server_that_ends_ends_what_waits() {
    let Some(forks) = Forks::serve("python3", "x.py", "print(1)", &[]) else { return };
    let (server, fork) = forks.waiting();
    assert_eq!(forks.server.stop(), 0);
    assert!(wait_for_exit(server, SOON) && wait_for_exit(fork, SOON));
}

#[test]
fn fork_one_that_has_died_is_replaced() {
    let Some(forks) = Forks::serve("python3", "x.py", "print(1)", &[]) else { return };
    let (server, _) = forks.waiting();
    kill(server);
    assert!(wait_for_exit(server, SOON));
    // Two at once, so that not both can have waited.
    for _ in 0..2 {
        assert_eq!(forks.server.get("/").text(), "1\n");
    }
    eventually("there is another", || (!forks.forking().is_empty()).then_some(()));
    assert_eq!(forks.get("/").text(), "1\n");
}

#[test]
fn fork_a_client_that_leaves_ends_its_own_process_alone() {
    let text = "import os, subprocess
child = subprocess.Popen(['sleep', '60'])
print(os.getpid(), child.pid, flush=True)
child.wait()";
    let Some(forks) = Forks::serve("python3", "x.py", text, &[]) else { return };
    let (server, fork) = forks.waiting();
    let mut connection = forks.server.connect();
    connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    connection.head();
    let line = String::from_utf8(connection.piece().unwrap()).unwrap();
    let pids: Vec<u32> = line.split_whitespace().map(|pid| pid.parse().unwrap()).collect();
    assert_eq!(pids[0], fork);
    drop(connection);
    for pid in pids {
        assert!(wait_for_exit(pid, SOON), "{pid} is still there");
    }
    assert_eq!(forks.waiting().0, server);
}

#[test]
fn fork_limits_exits_and_receipts_are_those_of_any_process() {
    let text = "import signal, sys\nif hook.params.get('slow'):\n    signal.pause()\nsys.exit(3)";
    let Some(forks) = Forks::serve("python3", "x.py", text, &["--timeout", "700ms"]) else { return };
    forks.waiting();
    assert_eq!(forks.server.get("/").status, 500);
    forks.server.wait_for_log(|line| {
        line.contains("GET / 500 ") && line.contains("exit 3") && !line.contains("mem<")
    });
    forks.waiting();
    assert_eq!(forks.server.get("/?slow=1").status, 504);
    forks.server.wait_for_log(|line| line.contains("GET / 504 ") && line.contains("timeout"));
}

#[test]
fn fork_a_request_that_finds_none_waiting_has_one_made() {
    let text = "import fcntl
open('began', 'a').write('x\\n')
fcntl.flock(open('gate'), fcntl.LOCK_SH)
print('here')";
    let Some(forks) = Forks::serve("python3", "x.py", text, &["--max-processes", "4"]) else { return };
    let gate = forks.gate();
    forks.waiting();
    // More at once than wait.
    let mut connections: Vec<_> = (0..4).map(|_| forks.server.connect()).collect();
    for connection in &mut connections {
        connection.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }
    eventually("all of them run", || (forks.folder.lines("began") == 4).then_some(()));
    drop(gate);
    for connection in &mut connections {
        let response = connection.response();
        assert!(was(&response, "fork"), "{:?}", response.header("server-timing"));
        assert_eq!(response.text(), "here\n");
    }
}
