//! Processes from their start to their end: time, crashes, clients that leave, floods, and the server's own end.

mod ending;
mod exits;
mod fresh;
mod guardian;
mod http2;
mod leak;
mod leaving;
mod noise;
mod queue;
mod slow;
mod starts;
mod stubborn;
mod timeouts;

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::harness::{Connection, Folder, Server, eventually, wait_for_exit};

/// A shell program under a server of its own. It finds its folder in `$HERE`, and answers `GET /` with nothing
/// at once, as the frame of an attack wants it.
struct Shell {
    folder: Folder,
    server: Server,
}

impl Shell {
    fn serve(flags: &[&str], text: &str) -> Self {
        let folder = Folder::new();
        let text = format!("#!/bin/sh\n[ \"$PATH_INFO\" = / ] && exit\n{text}\n");
        let program = folder.program("service", &text);
        let server =
            Server::builder().arguments(flags).arguments(&[program]).env("HERE", folder.root()).start();
        Self { folder, server }
    }

    /// A request for `path`, of which nothing is read yet.
    fn begin(&self, path: &str) -> Connection {
        begin(&self.server, path)
    }

    /// Waits until services have written so many lines into a file of their folder.
    fn wait_for_lines(&self, name: &str, count: usize) -> Vec<String> {
        let all = || self.folder.read(name).lines().map(str::to_owned).collect::<Vec<_>>();
        eventually(name, || Some(all()).filter(|lines| lines.len() >= count))
    }

    /// The processes that services have noted by `echo $$ >> "$HERE/pids"`, once there are so many.
    fn wait_for_pids(&self, count: usize) -> Vec<u32> {
        let lines = self.wait_for_lines("pids", count);
        lines.iter().map(|line| line.parse().expect("a service notes numbers")).collect()
    }

    /// Waits until no process of a service is left.
    fn wait_until_idle(&self) {
        eventually("no process of a service is left", || self.server.services().is_empty().then_some(()));
    }

    fn gate(&self) -> Gate {
        Gate::shut(self.folder.path("gate"))
    }
}

/// What services wait for by [`WAIT`]. Its drop lets them go on, those too that come later.
struct Gate {
    _locked: File,
}

const WAIT: &str = "flock -s \"$HERE/gate\" true";

impl Gate {
    fn shut(path: impl AsRef<Path>) -> Self {
        let file = File::create(path).expect("a file in the test's own folder");
        file.lock().expect("nobody else has it yet");
        Self { _locked: file }
    }
}

fn begin(server: &Server, path: &str) -> Connection {
    let mut connection = server.connect();
    connection.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
    connection
}

/// Fails unless `elapsed` is as long as a row says. A busy machine may be late by seconds, so `most` lies where something
/// else than what the row speaks of would have been the reason.
fn assert_within(elapsed: Duration, least: u64, most: u64) {
    let millis = elapsed.as_millis();
    assert!((u128::from(least)..=u128::from(most)).contains(&millis), "{millis} ms is not {least}-{most} ms");
}

/// How soon a process is gone that does nothing about SIGTERM, on a machine that has time for it.
const SOON: Duration = Duration::from_millis(100);

/// How late that may be on one that has none. Nothing else would have ended the processes by then.
const LATE: Duration = Duration::from_secs(8);

/// The grace of those who measure with [`LATE`]: what is gone by then is gone by SIGTERM.
const LONG_GRACE: [&str; 2] = ["--kill-grace", "20s"];

/// Waits for the ends of processes; how long that took from `start`.
fn time_to_end(pids: &[u32], start: Instant) -> Duration {
    for pid in pids {
        assert!(wait_for_exit(*pid, LATE.saturating_sub(start.elapsed())), "still there after {LATE:?}");
    }
    start.elapsed()
}

/// Fails unless the quickest of several rounds was as quick as all of them are when the machine has the time.
fn assert_soon(rounds: impl IntoIterator<Item = Duration>) {
    let quickest = rounds.into_iter().min().expect("rounds were run");
    assert!(quickest <= SOON, "{quickest:?} at the quickest is not within {SOON:?}");
}
