//! What a fork of a process answers is what a process answers that was started for its request.

use std::fs::{self, File};

use super::{CALM, was};
use crate::harness::{Folder, Process, Response, Server, eventually, holds_for, interpreter, wait_for_exit};

/// Within which a process must be gone.
pub(super) const SOON: std::time::Duration = std::time::Duration::from_secs(5);

/// A server whose script is forked.
pub(super) struct Forks {
    pub(super) folder: Folder,
    pub(super) server: Server,
}

impl Forks {
    pub(super) fn of(folder: Folder, name: &str, options: &[&str]) -> Self {
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
    pub(super) fn serve(program: &str, name: &str, text: &str, options: &[&str]) -> Option<Self> {
        interpreter(program).then(|| {
            let folder = Folder::new();
            folder.script(name, text);
            Self::of(folder, name, options)
        })
    }

    /// Its fork servers: what stands in the document's place is a socket.
    pub(super) fn forking(&self) -> Vec<Process> {
        let is_channel = |process: &Process| {
            let place = fs::read_link(format!("/proc/{}/fd/4", process.pid)).unwrap_or_default();
            place.to_string_lossy().starts_with("socket:")
        };
        self.server.services().into_iter().filter(is_channel).collect()
    }

    /// Waits until one fork server and forks of it wait, and gives their pids: of the forks the one that comes first.
    pub(super) fn waiting(&self) -> (u32, u32) {
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

    /// What a script or a module waits for by a shared flock(2) of `gate`, until this is dropped.
    pub(super) fn gate(&self) -> File {
        let file = File::create(self.folder.path("gate")).expect("a file in the test's own folder");
        file.lock().expect("nobody else has it yet");
        file
    }

    /// The answer of a fork.
    pub(super) fn get(&self, path: &str) -> Response {
        self.waiting();
        let response = self.server.get(path);
        assert!(was(&response, "fork"), "{:?} {}", response.header("server-timing"), response.text());
        response
    }
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
fn fork_what_a_module_asks_to_be_done_around_a_fork_is_done() {
    if !interpreter("python3") {
        return;
    }
    let folder = Folder::new();
    let early = "import os, sys
done = []
os.register_at_fork(before=lambda: done.append('before'), after_in_child=lambda: done.append(os.getpid()))";
    folder.script("early.py", early);
    // These have such wishes too.
    let text = "import sys
loaded = 'logging' in sys.modules and 'threading' in sys.modules
import logging, os, threading, early
logging.warning('is heard')
print(loaded, early.done[-2:] == ['before', os.getpid()])";
    folder.script("x.py", text);
    let forks = Forks::of(folder, "x.py", &["--preload", "early"]);
    for _ in 0..2 {
        assert_eq!(forks.get("/").text(), "True True\n");
    }
}

#[test]
fn fork_a_script_may_fork_and_have_threads_itself() {
    let text = "require 'timeout'
Process.wait(fork { puts 'child'; $stdout.flush })
begin
  Timeout.timeout(0.1) { IO.pipe.first.read }
rescue Timeout::Error
  puts 'timeout'
end
puts 3.times.map { Thread.new { sleep 0.01; 1 } }.sum(&:value)";
    let Some(forks) = Forks::serve("ruby", "x.rb", text, &[]) else { return };
    for _ in 0..2 {
        assert_eq!(forks.get("/").text(), "child\ntimeout\n3\n");
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
fn fork_what_is_written_while_it_is_read_is_read_again() {
    let Some(forks) =
        Forks::serve("python3", "x.py", "import early\nprint(early.VALUE)", &["--preload", "early"])
    else {
        return;
    };
    fs::create_dir(forks.folder.path("packages")).unwrap();
    forks.folder.script("packages/library.py", "VALUE = 'old'");
    let gate = forks.gate();
    // From here on it can be loaded: it has read the library, and is not ready.
    let early = "import fcntl, os
from library import VALUE
here = os.path.dirname(os.path.dirname(__file__))
open(os.path.join(here, 'loads'), 'a').write('x\\n')
fcntl.flock(open(os.path.join(here, 'gate')), fcntl.LOCK_SH)";
    forks.folder.script("packages/early.py", early);
    forks.folder.script("x.py", "import early\nprint(early.VALUE, 'now')");
    let mut request = forks.server.connect();
    request.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    // The request's own process, and the fork server.
    eventually("both have read it", || (forks.folder.lines("loads") >= 2).then_some(()));
    forks.folder.script("packages/library.py", "VALUE = 'another'");
    drop(gate);
    assert_eq!(request.response().text(), "old now\n");
    assert_eq!(forks.get("/").text(), "another now\n");
}

#[test]
fn fork_who_writes_at_every_load_what_it_reads_there_has_its_forks() {
    if !interpreter("python3") {
        return;
    }
    let folder = Folder::new();
    fs::create_dir(folder.path("packages")).unwrap();
    folder.script(
        "packages/early.py",
        "state = __file__ + '.state'\nopen(state, 'w').write('x')\nVALUE = open(state).read()",
    );
    folder.script("x.py", "import early\nprint(early.VALUE)");
    let forks = Forks::of(folder, "x.py", &["--preload", "early"]);
    assert_eq!(forks.get("/").text(), "x\n");
}

#[test]
fn fork_what_a_module_holds_open_is_written() {
    if !interpreter("python3") {
        return;
    }
    let folder = Folder::new();
    fs::create_dir(folder.path("packages")).unwrap();
    // It is open before the fork, and what is written to it stands in a buffer when the script ends.
    folder.script("packages/early.py", "held = open('held', 'a')");
    // A module of Python's own that only the request loads does not make the end a long one.
    folder.script(
        "x.py",
        "import early\ndef load():\n    import colorsys\nload()\nearly.held.write('whole\\n')\nprint('said')",
    );
    let forks = Forks::of(folder, "x.py", &["--preload", "early"]);
    for count in 1..=2 {
        assert_eq!(forks.get("/").text(), "said\n");
        assert_eq!(forks.folder.read("held"), "whole\n".repeat(count));
    }
    let Forks { folder, server } = forks;
    drop(server);
    let spares = Forks::of(folder, "x.py", &["--preload", "early", "--warm", "spare"]);
    let answer = eventually("a spare answers", || {
        let answer = spares.server.get("/");
        was(&answer, "spare").then_some(answer)
    });
    assert_eq!(answer.text(), "said\n");
    let count = spares.server.log().iter().filter(|line| line.contains("GET / 200")).count();
    eventually("all have written", || (spares.folder.lines("held") >= 2 + count).then_some(()));
}
