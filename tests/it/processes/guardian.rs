//! The server is killed without a word: its children die all the same.

use rustix::process::{Pid, Signal, kill_process};

use super::{Shell, begin};
use crate::harness::{DEADLINE, Process, Server, eventually, wait_for_exit};

/// A tree: the leader, a child of it, and one more below that.
const TREE: &str = "trap '' TERM HUP\nsh -c 'sleep 61 & sleep 62' &\necho $$ >> \"$HERE/pids\"\nsleep 63";

fn guardian(server: &Server) -> Process {
    let services = server.services();
    let mut others = server.processes();
    others.retain(|process| !services.contains(process));
    assert_eq!(others.len(), 1, "{others:?}");
    others.remove(0)
}

fn wait_until_nothing_is_left(server: &Server) {
    eventually("everything is gone", || server.processes().is_empty().then_some(()));
}

#[test]
fn attack_42_a_killed_server_takes_its_children_along() {
    let mut shell = Shell::serve(&[], TREE);
    let _waiting: Vec<_> = (0..20).map(|_| shell.begin("/tree")).collect();
    shell.wait_for_pids(20);
    shell.server.signal(Signal::KILL);
    assert_eq!(shell.server.wait(), 128 + 9);
    wait_until_nothing_is_left(&shell.server);
}

#[test]
fn attack_42_a_server_killed_while_it_starts_processes_leaves_none() {
    for round in 0..10 {
        let mut shell = Shell::serve(&[], "echo $$ >> \"$HERE/pids\"\nexec sleep 60");
        let address = shell.server.address();
        let _waiting: Vec<_> = (0..30).map(|_| shell.begin("/sleep")).collect();
        // From the first start on, at a different moment each time.
        shell.wait_for_pids(1 + 2 * round);
        shell.server.signal(Signal::KILL);
        assert_eq!(shell.server.wait(), 128 + 9, "{address}");
        wait_until_nothing_is_left(&shell.server);
    }
}

#[test]
fn attack_42_a_guardian_that_dies_is_replaced() {
    let mut shell = Shell::serve(&[], TREE);
    shell.server.assert_serves();
    let first = guardian(&shell.server);
    let _waiting = begin(&shell.server, "/tree");
    shell.wait_for_pids(1);
    let pid = Pid::from_raw(first.pid.try_into().expect("a pid")).expect("a pid");
    kill_process(pid, Signal::KILL).expect("a child of our own child");
    assert!(wait_for_exit(first.pid, DEADLINE));
    eventually("there is another", || {
        let services = shell.server.services();
        let mut others = shell.server.processes();
        others.retain(|process| !services.contains(process) && process.pid != first.pid);
        (others.len() == 1 && others[0].parent == shell.server.pid()).then_some(())
    });
    shell.server.signal(Signal::KILL);
    shell.server.wait();
    wait_until_nothing_is_left(&shell.server);
}
