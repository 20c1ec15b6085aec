//! What a fork of a process answers is what a process answers that was started for its request.

use std::{fs, path::Path};

use rustix::process::{Pid, Signal, kill_process};

use super::{CALM, was};
use crate::harness::{Folder, Process, Response, Server, eventually, holds_for, interpreter, wait_for_exit};

/// Within which a process must be gone.
const SOON: std::time::Duration = std::time::Duration::from_secs(5);

/// A server whose script is forked.
struct Forks {
    folder: Folder,
    server: Server,
}

impl Forks {
    fn of(folder: Folder, name: &str, options: &[&str]) -> Self {
        let script = folder.path(name);
        let packages = folder.path("packages");
        let server = Server::builder()
            .env("STACK_WARM", "fork")
            .env("PYTHONPATH", &packages)
            .env("PERL5LIB", &packages)
            .arguments(&[options, &[script.as_str()]].concat())
            .start();
        Self { folder, server }
    }

    /// Nothing where the interpreter is missing.
    fn serve(program: &str, name: &str, text: &str, options: &[&str]) -> Option<Self> {
        interpreter(program).then(|| {
            let folder = Folder::new();
            folder.script(name, text);
            Self::of(folder, name, options)
        })
    }

    /// Its fork servers: what stands in the document's place is a socket.
    fn forking(&self) -> Vec<Process> {
        let is_channel = |process: &Process| {
            let place = fs::read_link(format!("/proc/{}/fd/4", process.pid)).unwrap_or_default();
            place.to_string_lossy().starts_with("socket:")
        };
        self.server.services().into_iter().filter(is_channel).collect()
    }

    /// Waits until one fork server and forks of it wait, and gives their pids: of the forks the one that comes first.
    fn waiting(&self) -> (u32, u32) {
        let waiting = || {
            let (forking, services) = (self.forking(), self.server.services());
            let [server] = forking.as_slice() else { return None };
            let fork = services.iter().find(|process| process.pid != server.pid)?;
            let all_sleep = services.iter().all(|process| process.state == 'S');
            all_sleep.then_some((server.pid, fork.pid))
        };
        eventually("a fork waits", || {
            let pids = waiting()?;
            holds_for(CALM, || waiting() == Some(pids)).then_some(pids)
        })
    }

    /// The answer of a fork.
    fn get(&self, path: &str) -> Response {
        self.waiting();
        let response = self.server.get(path);
        assert!(was(&response, "fork"), "{:?} {}", response.header("server-timing"), response.text());
        response
    }
}

fn kill(pid: u32) {
    kill_process(Pid::from_raw(pid.try_into().unwrap()).unwrap(), Signal::KILL).unwrap();
}

/// How often a mark was made.
fn marks(path: &str) -> usize {
    fs::read(path).unwrap_or_default().len()
}

/// Scripts that print their pid, random numbers of every kind, and a folder of their own; each loads something ahead
/// that has asked for random numbers already.
const SCRIPTS: &[(&str, &str, &str, &str, &str)] = &[
    (
        "python3",
        "x.py",
        "import early, os, random, tempfile, uuid
print(os.getpid(), random.random(), uuid.uuid4(), tempfile.mkdtemp(dir='.'), hook.params.foo, os.environ['QUERY_STRING'])",
        "packages/early.py",
        "import random\nrandom.random()",
    ),
    (
        "ruby",
        "x.rb",
        "require 'securerandom'; require 'tmpdir'
puts [$$, rand, SecureRandom.hex, Dir.mktmpdir(nil, '.'), hook.params.foo, ENV['QUERY_STRING']].join(' ')",
        "packages/early.rb",
        "rand",
    ),
    (
        "perl",
        "x.pl",
        "use File::Temp 'tempdir';
print join ' ', $$, rand, rand, tempdir(DIR => '.'), $hook->{params}{foo}, $ENV{QUERY_STRING}",
        "packages/early.pm",
        "rand; 1;",
    ),
    (
        "php",
        "x.php",
        "<?php echo implode(' ', [getmypid(), mt_rand(), rand(), tempnam('.', 'x'), $_GET['foo'], getenv('QUERY_STRING')]);",
        "packages/early.php",
        "<?php mt_rand();",
    ),
    (
        "Rscript",
        "x.R",
        "cat(Sys.getpid(), runif(1), sample(1e9, 1), tempdir(), hook$params$foo, Sys.getenv('QUERY_STRING'))",
        "packages/early.R",
        "",
    ),
];

#[test]
fn fork_three_requests_have_nothing_in_common() {
    for (program, name, text, early, loaded) in SCRIPTS {
        if !interpreter(program) {
            continue;
        }
        let folder = Folder::new();
        fs::create_dir(folder.path("packages")).unwrap();
        folder.script(early, loaded);
        folder.script(name, text);
        let preload = match *program {
            "ruby" => "./packages/early",
            "php" => "packages/early.php",
            "Rscript" => "stats",
            _ => "early",
        };
        let forks = Forks::of(folder, name, &["--preload", preload]);
        let mut seen: Vec<Vec<String>> = Vec::new();
        for foo in ["a", "b", "c"] {
            let answer = forks.get(&format!("/?foo={foo}")).text();
            let words: Vec<_> = answer.split_whitespace().map(str::to_owned).collect();
            assert_eq!(words[4..], [foo.to_owned(), format!("foo={foo}")], "{name}");
            for other in &seen {
                let same = words[..4].iter().zip(other).any(|(word, other)| word == other);
                assert!(!same, "{name}: {other:?} {words:?}");
            }
            seen.push(words);
        }
    }
}

#[test]
fn fork_what_a_script_starts_knows_nothing_of_it() {
    let text = "import subprocess\nprint(subprocess.run(['env'], capture_output=True, text=True).stdout)";
    let Some(forks) = Forks::serve("python3", "x.py", text, &[]) else { return };
    let answer = forks.get("/").text();
    for word in ["LD_PRELOAD", "STACK_FORK", "STACK_AHEAD", "STACK_REQUEST="] {
        assert!(!answer.contains(word), "{word} in {answer}");
    }
    assert!(answer.contains("QUERY_STRING="), "{answer}");
}

#[test]
fn fork_packages_are_imported_once_and_the_scripts_own_modules_for_each_request() {
    let mark = "open('../marks.' + __name__, 'a').write('x')\nNAME = 1\n";
    let text = "import package, own\nprint(package.NAME, own.NAME)";
    for (options, packages) in [(&[][..], 1), (&["--preload", "own"], 1)] {
        if !interpreter("python3") {
            return;
        }
        let folder = Folder::new();
        for made in ["packages", "app"] {
            fs::create_dir(folder.path(made)).unwrap();
        }
        folder.script("packages/package.py", mark);
        folder.script("app/own.py", mark);
        folder.script("app/x.py", text);
        let (package, own) = (folder.path("marks.package"), folder.path("marks.own"));
        let forks = Forks::of(folder, "app/x.py", options);
        for _ in 0..3 {
            assert_eq!(forks.get("/").text(), "1 1\n");
        }
        let expected = if options.is_empty() { 3 } else { 1 };
        assert_eq!((marks(&package), marks(&own)), (packages, expected), "{options:?}");
    }
}

#[test]
fn fork_an_empty_list_in_the_configuration_loads_nothing_ahead() {
    if !interpreter("python3") {
        return;
    }
    let folder = Folder::new();
    for made in ["packages", "app"] {
        fs::create_dir(folder.path(made)).unwrap();
    }
    folder.script("packages/package.py", "open('../marks', 'a').write('x')");
    folder.script("app/x.py", "import package\nprint('here')");
    folder.script(
        "app/stack.toml",
        "[services.x]\nfile = \"x.py\"\nwarm = { mode = \"fork\", preload = [] }\n",
    );
    let mark = folder.path("marks");
    let packages = folder.path("packages");
    let server = Server::builder().env("STACK_WARM", "").env("PYTHONPATH", &packages);
    let server = server.arguments(&[&folder.path("app")]).start();
    assert_eq!(server.get("/x").text(), "here\n");
    let forks = Forks { folder, server };
    forks.waiting();
    let before = marks(&mark);
    let response = forks.server.get("/x");
    assert!(was(&response, "fork"), "{:?}", response.header("server-timing"));
    assert_eq!(marks(&mark), before + 1);
}

#[test]
fn fork_what_has_changed_is_never_answered_by_what_was_loaded() {
    if !interpreter("python3") {
        return;
    }
    let folder = Folder::new();
    for made in ["packages", "app"] {
        fs::create_dir(folder.path(made)).unwrap();
    }
    folder.script("packages/package.py", "NAME = 'one'");
    folder.script("app/x.py", "import package\nprint('script', package.NAME)");
    let forks = Forks::of(folder, "app/x.py", &[]);
    assert_eq!(forks.get("/").text(), "script one\n");
    let (old, _) = forks.waiting();
    forks.folder.script("app/x.py", "import package\nprint('another', package.NAME)");
    let response = forks.server.get("/");
    assert_eq!((response.text().as_str(), was(&response, "fork")), ("another one\n", false));
    assert!(wait_for_exit(old, SOON));
    let (old, _) = forks.waiting();
    // A package is looked at once a second, while there are requests.
    forks.folder.script("packages/package.py", "NAME = 'another'");
    eventually("the package is loaded anew", || {
        (forks.server.get("/").text() == "another another\n").then_some(())
    });
    assert!(wait_for_exit(old, SOON));
    assert_eq!(forks.get("/").text(), "another another\n");
}

#[test]
fn fork_a_change_below_the_folder_retires_it_at_once_when_watching() {
    let Some(forks) = Forks::serve("python3", "x.py", "print(1)", &["-w"]) else { return };
    let (server, fork) = forks.waiting();
    forks.folder.script("other.txt", "changed");
    assert!(wait_for_exit(server, SOON) && wait_for_exit(fork, SOON));
    assert_eq!(forks.get("/").text(), "1\n");
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
fn fork_a_language_that_does_not_says_so() {
    let Some(forks) = Forks::serve("node", "x.js", "module.exports = () => 'here'", &[]) else { return };
    forks.server.wait_for_log(|line| line.contains("javascript does not fork"));
    eventually("a spare answers", || was(&forks.server.get("/"), "spare").then_some(()));
}

#[test]
fn fork_a_server_that_is_killed_leaves_nothing() {
    let text = "import time\nprint('begun', flush=True)\ntime.sleep(60)";
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
    let text = "import sys, time\nif hook.params.get('slow'):\n    time.sleep(60)\nsys.exit(3)";
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
    let text = "import time\ntime.sleep(0.2)\nprint('here')";
    let Some(forks) = Forks::serve("python3", "x.py", text, &["--max-processes", "4"]) else { return };
    forks.waiting();
    // More at once than wait.
    let mut connections: Vec<_> = (0..4).map(|_| forks.server.connect()).collect();
    for connection in &mut connections {
        connection.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }
    for connection in &mut connections {
        let response = connection.response();
        assert!(was(&response, "fork"), "{:?}", response.header("server-timing"));
        assert_eq!(response.text(), "here\n");
    }
    assert!(Path::new(&forks.folder.path("x.py")).exists());
}
