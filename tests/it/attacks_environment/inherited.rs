//! What a service has of the server: three or four descriptors, default signals, its folder, 1,024 descriptors.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::text_of;
use crate::harness::{Connection, Folder, Server, eventually};

#[test]
fn attack_12_a_service_has_its_own_descriptors_only() {
    let services = [
        (Server::start(&["sh", "-c", "echo begun; exec sleep 60"]), 3),
        (Server::start(&["--document", "--", "sh", "-c", "echo begun; exec sleep 60"]), 4),
    ];
    for (server, last) in services {
        let _connection = held(&server);
        let process = eventually("the service runs", || {
            server.services().into_iter().find(|process| process.name == "sleep")
        });
        let descriptors = descriptors_up_to(last, process.pid);
        assert_eq!(descriptors[&0], "/dev/null", "there is no body");
        assert!(descriptors.range(1..).all(|(_, target)| target.starts_with("pipe:")), "{descriptors:?}");
    }
}

#[test]
fn attack_12_sixty_four_at_once_share_nothing() {
    let server = Server::start(&["sh", "-c", "echo begun; exec sleep 60"]);
    let connections: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..64).map(|_| scope.spawn(|| held_with_body(&server))).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    let processes = eventually("all 64 run", || {
        let mut processes = server.services();
        processes.retain(|process| process.name == "sleep");
        (processes.len() == 64).then_some(processes)
    });
    let mut pipes = BTreeSet::new();
    for process in &processes {
        for target in descriptors_up_to(3, process.pid).into_values() {
            assert!(target.starts_with("pipe:"), "{target}");
            assert!(pipes.insert(target.clone()), "{target} belongs to two services");
        }
    }
    drop(connections);
}

/// A request whose service has begun to answer and goes on.
fn held(server: &Server) -> Connection {
    begun(server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
}

/// The same with a body that goes on as well, so that standard input is a pipe.
fn held_with_body(server: &Server) -> Connection {
    begun(server, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
}

fn begun(server: &Server, request: &str) -> Connection {
    let mut connection = server.connect();
    connection.send(request);
    assert_eq!(connection.head().status, 200);
    connection.body_until("begun\n");
    connection
}

/// Its descriptors, once they are those from 0 to `last` and no other: while it starts it reads its locale.
fn descriptors_up_to(last: u32, pid: u32) -> BTreeMap<u32, String> {
    eventually("it has the contract's descriptors and no other", || {
        Some(descriptors(pid)).filter(|descriptors| descriptors.keys().copied().eq(0..=last))
    })
}

fn descriptors(pid: u32) -> BTreeMap<u32, String> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).expect("the service still runs").flatten();
    entries
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.parse().ok()?;
            Some((number, fs::read_link(entry.path()).ok()?.to_string_lossy().into_owned()))
        })
        .collect()
}

#[test]
fn attack_13_signals_are_the_defaults() {
    // The server itself is started with signals ignored and blocked, as some supervisors do.
    let wrapper = ["env", "--ignore-signal=HUP", "--ignore-signal=USR2", "--block-signal=USR1"];
    let server = Server::builder().under(&wrapper).arguments(&["cat", "/proc/self/status"]).start();
    let text = text_of(&server.get("/"));
    for name in ["SigPnd", "SigBlk", "SigIgn", "SigCgt"] {
        assert!(text.contains(&format!("{name}:\t0000000000000000\n")), "{name} in {text}");
    }
}

#[test]
fn attack_13_a_broken_pipe_ends_a_service_as_usual() {
    let server = Server::start(&["sh", "-c", "sh -c 'kill -PIPE $$; echo survived'; echo \"ended by $?\""]);
    assert_eq!(text_of(&server.get("/")), "ended by 141\n");
}

#[test]
fn attack_13_the_working_directory_is_the_documented_one() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    let real = |folder: &Folder| folder.root().canonicalize().unwrap().to_str().unwrap().to_owned() + "\n";
    let script = folder.script("where.sh", "pwd -P");
    let of_a_file = Server::builder().directory(elsewhere.root()).arguments(&[script]).start();
    assert_eq!(text_of(&of_a_file.get("/")), real(&folder), "a file's own folder");
    let of_a_program =
        Server::builder().directory(elsewhere.root()).arguments(&["sh", "-c", "pwd -P"]).start();
    assert_eq!(text_of(&of_a_program.get("/")), real(&elsewhere), "the server's folder");
}

#[test]
fn attack_13_the_descriptor_limit_is_1024() {
    let limit = ["sh", "-c", "ulimit -Sn; ulimit -Hn"];
    let server = Server::builder().under(&["prlimit", "--nofile=2048:4096"]).arguments(&limit).start();
    assert_eq!(text_of(&server.get("/")), "1024\n4096\n");
    let server = Server::builder().under(&["prlimit", "--nofile=512:512"]).arguments(&limit).start();
    assert_eq!(text_of(&server.get("/")), "512\n512\n", "never above the hard limit");
}
