//! Processes and connections that the system refuses: each refusal is told apart, and none lasts.

use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, getuid, prlimit};

use super::begin;
use crate::harness::{Folder, Response, Server, eventually, holds_for};

const GOOD: &str = "#!/bin/sh\necho good\n";

fn assert_failed(server: &Server, status: u16, code: &str) -> Response {
    let response = server.get("/");
    assert_eq!(
        (response.status, response.header("x-stack-error")),
        (status, Some(code)),
        "{}",
        response.text()
    );
    let wanted = format!("code={code}");
    server.wait_for_log(|line| line.contains(&wanted));
    let lines = server.log().iter().filter(|line| line.contains(&wanted)).count();
    assert_eq!(lines, 1, "one line for {code}: {:#?}", server.log());
    response
}

/// A copy of a program that the kernel knows, with other bytes at one place.
fn altered(name: &str, find: &[u8], replace: &[u8]) -> Vec<u8> {
    let mut program = fs::read(name).expect("every system has it");
    let at =
        program.windows(find.len()).position(|bytes| bytes == find).expect("an ELF file has these bytes");
    program[at..at + replace.len()].copy_from_slice(replace);
    program
}

#[test]
fn attack_36_each_failure_of_exec_has_its_own_code() {
    let folder = Folder::new();
    let program = folder.program("service", GOOD);
    let server = Server::start(&[&program]);
    let replace = |bytes: &[u8], mode: u32| {
        fs::remove_file(&program).unwrap();
        fs::write(&program, bytes).unwrap();
        fs::set_permissions(&program, Permissions::from_mode(mode)).unwrap();
    };
    server.unharmed(|| {
        replace(GOOD.as_bytes(), 0o644);
        assert_failed(&server, 502, "not-executable");
        replace(b"neither ELF nor a script", 0o755);
        let no_program = assert_failed(&server, 502, "wrong-format").text();
        replace(b"#!/no/such/interpreter\n", 0o755);
        let missing = assert_failed(&server, 502, "bad-interpreter").text();
        assert!(missing.contains("/no/such/interpreter"), "{missing}");
        replace(&altered("/bin/sh", b"/ld-", b"/xx-"), 0o755);
        assert_failed(&server, 502, "loader-missing");
        fs::remove_file(&program).unwrap();
        assert_failed(&server, 502, "program-missing");
        fs::write(&program, "").unwrap();
        let other = Folder::new();
        let server = Server::start(&[other.program("service", GOOD)]);
        // The machine of an ELF file stands after its type, at byte 18.
        let mut foreign = fs::read("/bin/sh").expect("every system has it");
        foreign[18..20].copy_from_slice(&[0x77, 0x77]);
        fs::write(other.root().join("service"), foreign).unwrap();
        let foreign = assert_failed(&server, 502, "wrong-format").text();
        assert!(foreign != no_program && foreign.contains("processor"), "{foreign}");
        replace(GOOD.as_bytes(), 0o755);
    });
}

#[test]
fn attack_36_a_carriage_return_in_the_first_line_is_named() {
    let folder = Folder::new();
    let program = folder.program("service", GOOD);
    let server = Server::start(&[&program]);
    server.unharmed(|| {
        fs::write(&program, "#!/bin/sh\r\necho good\r\n").unwrap();
        let text = assert_failed(&server, 502, "bad-interpreter").text();
        assert!(text.contains("carriage return") && text.contains("sed"), "{text}");
        fs::write(&program, GOOD).unwrap();
    });
}

#[test]
fn attack_36_a_program_that_is_being_written_is_tried_again() {
    let folder = Folder::new();
    let program = folder.program("service", GOOD);
    let server = Server::start(&[&program]);
    let open = || OpenOptions::new().append(true).open(&program);
    server.unharmed(|| {
        let writer = open().expect("nobody executes it now");
        assert_failed(&server, 502, "text-busy");
        drop(writer);
        // Open about half of the time, in moments much shorter than the tries last.
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let writer: Option<File> = open().ok();
                    holds_for(Duration::from_millis(3), || true);
                    drop(writer);
                    holds_for(Duration::from_millis(3), || true);
                }
            });
            let answers: Vec<_> = (0..50).map(|_| server.get("/").text()).collect();
            done.store(true, Ordering::Relaxed);
            assert!(answers.iter().all(|text| text == "good\n"), "{answers:?}");
        });
    });
}

#[test]
fn attack_36_a_folder_that_is_gone_is_named() {
    let folder = Folder::new();
    let away = folder.path("away");
    fs::create_dir(&away).unwrap();
    let server = Server::builder().arguments(&["echo", "good"]).directory(&away).start();
    server.unharmed(|| {
        fs::remove_dir(&away).unwrap();
        let text = assert_failed(&server, 502, "start-failed").text();
        assert!(text.contains("away"), "{text}");
        fs::create_dir(&away).unwrap();
    });
}

#[test]
fn attack_36_an_environment_that_is_too_long_is_named() {
    let folder = Folder::new();
    let file = folder.script("variables", &format!("LONG={}\n", "x".repeat(200_000)));
    let server = Server::start(&["--env-file", &file, "echo", "good"]);
    let text = assert_failed(&server, 502, "start-failed").text();
    assert!(text.contains("environment"), "{text}");
}

/// Lowers a soft limit of the running server until the drop.
struct Lowered {
    pid: Pid,
    resource: Resource,
    before: Rlimit,
}

impl Lowered {
    fn to(server: &Server, resource: Resource, soft: u64) -> Self {
        let pid = i32::try_from(server.pid()).ok().and_then(Pid::from_raw).expect("a child's id");
        // The answer is what was there before; asking for the unlimited changes nothing above the hard limit.
        let path = format!("/proc/{}/limits", server.pid());
        let name = if resource == Resource::Nofile { "Max open files" } else { "Max processes" };
        let text = fs::read_to_string(path).expect("a child's limits");
        let line = text.lines().find_map(|line| line.strip_prefix(name)).expect("proc(5)");
        let hard = line.split_whitespace().nth(1).and_then(|word| word.parse().ok());
        let before = prlimit(Some(pid), resource, Rlimit { current: Some(soft), maximum: hard });
        Self { pid, resource, before: before.expect("our own child, and only its soft limit") }
    }
}

impl Drop for Lowered {
    fn drop(&mut self) {
        let _ = prlimit(Some(self.pid), self.resource, self.before);
    }
}

#[test]
fn attack_36_no_descriptor_left_is_a_reason_to_come_again() {
    let server = Server::start(&["echo", "good"]);
    server.unharmed(|| {
        let mut connection = server.connect();
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(connection.response().text(), "good\n");
        let lowered = Lowered::to(&server, Resource::Nofile, 8);
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        let response = connection.response();
        assert_eq!((response.status, response.header("x-stack-error")), (503, Some("no-process")));
        assert!(response.header("retry-after").is_some());
        drop(lowered);
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(connection.response().text(), "good\n");
    });
}

#[test]
fn attack_26_no_descriptor_for_a_connection() {
    let server = Server::start(&["echo", "good"]);
    server.unharmed(|| {
        let lowered = Lowered::to(&server, Resource::Nofile, 8);
        let mut waiting: Vec<_> = (0..20).map(|_| begin(&server, "/")).collect();
        server.wait_for_log(|line| line.contains("no connection can be accepted for now"));
        let (before, lines) = (cpu_ticks(&server), server.log().len());
        assert!(
            holds_for(Duration::from_secs(2), || !server.ended_within(Duration::ZERO)),
            "the server ended"
        );
        // A loop that does not rest takes some 200 ticks of 10 ms.
        assert!(cpu_ticks(&server) - before < 40, "accepting spins: {} ticks", cpu_ticks(&server) - before);
        assert!(server.log().len() - lines < 100, "the log is flooded");
        drop(lowered);
        for connection in &mut waiting {
            assert_eq!(connection.response().text(), "good\n");
        }
    });
}

#[test]
fn attack_26_more_clients_than_descriptors() {
    let server =
        Server::builder().under(&["prlimit", "--nofile=256:256"]).arguments(&["echo", "good"]).start();
    server.unharmed(|| {
        let mut connections: Vec<_> = (0..400).map(|_| server.connect()).collect();
        // Idle connections never take the descriptors that processes need.
        connections[0].send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(connections[0].response().text(), "good\n");
        let before = cpu_ticks(&server);
        assert!(
            holds_for(Duration::from_secs(1), || !server.ended_within(Duration::ZERO)),
            "the server ended"
        );
        assert!(cpu_ticks(&server) - before < 20, "accepting spins");
        // Whoever waits is taken as soon as another goes.
        let mut last = connections.pop().expect("400 were opened");
        last.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        drop(connections);
        assert_eq!(last.response().text(), "good\n");
    });
}

/// CPU time of the server itself, without its children. See proc_pid_stat(5).
fn cpu_ticks(server: &Server) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", server.pid())).expect("it runs");
    let (_, fields) = stat.rsplit_once(") ").expect("proc(5)");
    let number = |at: usize| fields.split(' ').nth(at).and_then(|word| word.parse::<u64>().ok());
    number(11).zip(number(12)).map(|(user, system)| user + system).expect("proc(5)")
}

#[test]
fn attack_36_no_process_left_is_a_reason_to_come_again() {
    // Root has no such limit, so there it is a user of whom nothing else runs, who may read what root may.
    let user = (100_000 + std::process::id()).to_string();
    let most = 8 + available_parallelism().map_or(1, usize::from);
    let (user, most) = (format!("--reuid={user}"), format!("--nproc={most}:{most}"));
    let files = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"];
    let other = ["setpriv", &user, "--clear-groups", files[0], files[1], "prlimit", &most];
    let wrapper = if getuid().is_root() { &other[..] } else { &[] };
    let server = Server::builder().under(wrapper).arguments(&["--", "sh", "-c", SLEEPS_WHEN_POSTED]).start();
    server.unharmed(|| {
        let lowered = (!getuid().is_root()).then(|| Lowered::to(&server, Resource::Nproc, 1));
        let mut connections: Vec<_> = (0..20).map(|_| server.connect()).collect();
        for connection in &mut connections {
            connection.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        }
        // Those that were started do not answer; whichever found no process left does.
        let refused = eventually("one is refused", || {
            connections.iter_mut().position(|connection| !connection.quiet_for(Duration::from_millis(1)))
        });
        let response = connections[refused].response();
        assert_eq!((response.status, response.header("x-stack-error")), (503, Some("no-process")));
        assert!(response.header("retry-after").is_some(), "{}", response.text());
        drop((lowered, connections));
        eventually("all have ended", || server.services().is_empty().then_some(()));
    });
}

const SLEEPS_WHEN_POSTED: &str = "[ $REQUEST_METHOD = GET ] || exec sleep 60";
