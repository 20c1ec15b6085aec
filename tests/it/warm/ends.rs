//! However a spare or its server ends, nothing is left and nothing is lost.

use rustix::process::{Pid, Signal, kill_process};

use super::{Warm, was_spare};
use crate::harness::{Connection, eventually, wait_for_exit};

/// Within which a process must be gone.
const SOON: std::time::Duration = std::time::Duration::from_secs(5);

fn kill(pid: u32) {
    kill_process(Pid::from_raw(pid.try_into().unwrap()).unwrap(), Signal::KILL).unwrap();
}

#[test]
fn warm_a_spare_that_has_died_answers_nothing() {
    let Some(warm) = Warm::serve("x.py", "print('here')", &[]) else { return };
    let spare = warm.spare();
    kill(spare);
    assert!(wait_for_exit(spare, SOON));
    let response = warm.server.get("/");
    assert_eq!((response.status, response.text().as_str()), (200, "here\n"));
    // Another is started, later than after an answer.
    assert_eq!(warm.get("/").text(), "here\n");
}

#[test]
fn warm_a_script_that_does_not_compile_has_its_error_as_its_answer() {
    let Some(warm) = Warm::serve("x.py", "print('one'", &["--errors", "show"]) else { return };
    for _ in 0..2 {
        let response = warm.server.get("/");
        assert_eq!(response.status, 500);
        assert!(response.text().contains("SyntaxError"), "{}", response.text());
    }
}

#[test]
fn warm_a_server_that_is_killed_leaves_no_spare() {
    let Some(warm) = Warm::serve("x.py", "print(1)", &[]) else { return };
    let spare = warm.spare();
    warm.server.signal(Signal::KILL);
    assert!(wait_for_exit(spare, SOON), "the spare is still there");
}

#[test]
fn warm_a_server_that_ends_ends_its_spares() {
    let Some(warm) = Warm::serve("x.py", "print(1)", &[]) else { return };
    let spare = warm.spare();
    assert_eq!(warm.server.stop(), 0);
    assert!(wait_for_exit(spare, SOON), "the spare is still there");
}

#[test]
fn warm_a_client_that_leaves_ends_the_process_and_what_it_started() {
    let text = "import os, subprocess
child = subprocess.Popen(['sleep', '60'])
print(os.getpid(), child.pid)
child.wait()";
    let Some(warm) = Warm::serve("x.py", text, &[]) else { return };
    let spare = warm.spare();
    let mut connection: Connection = warm.server.connect();
    connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    connection.head();
    let line = String::from_utf8(connection.piece().unwrap()).unwrap();
    let pids: Vec<u32> = line.split_whitespace().map(|pid| pid.parse().unwrap()).collect();
    assert_eq!(pids[0], spare);
    drop(connection);
    for pid in pids {
        assert!(wait_for_exit(pid, SOON), "{pid} is still there");
    }
}

#[test]
fn warm_the_time_limit_begins_with_the_request() {
    let text = "import time\nprint('begun', flush=True)\ntime.sleep(60)";
    let Some(warm) = Warm::serve("x.py", text, &["--timeout", "700ms"]) else { return };
    let spare = warm.spare();
    let answer = warm.server.get("/");
    // It has its whole time, however long it had waited, and no more than that.
    assert_eq!((answer.text().as_str(), answer.complete), ("begun\n", false));
    warm.server.wait_for_log(|line| line.contains("GET / 200 ") && line.contains("timeout"));
    assert!(wait_for_exit(spare, SOON));
}

#[test]
fn warm_memory_bounds_all_spares_together() {
    let Some(warm) = Warm::serve("x.py", "print(1)", &["--warm-memory", "1"]) else { return };
    // How much one takes is known when the first has loaded.
    assert_eq!(warm.get("/").text(), "1\n");
    for _ in 0..3 {
        let response = warm.server.get("/");
        assert!(!was_spare(&response), "{:?}", response.header("server-timing"));
    }
    eventually("no process is left", || warm.server.services().is_empty().then_some(()));
}
