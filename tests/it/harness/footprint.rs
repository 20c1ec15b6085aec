//! What a server holds: its processes, descriptors, threads and temporary files; and that attacks leave no more.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::folder::files_below;
use super::{Server, eventually, holds_for};

/// The variable by which everything that a server started is found again, also what left its group.
pub(super) const MARK: &str = "HARNESS_MARK";

/// One line of the process table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    pub(crate) group: u32,
    pub(crate) session: u32,
    /// `R`, `S`, `Z`, … of proc(5).
    pub(crate) state: char,
    pub(crate) name: String,
}

/// What a server holds at one moment.
#[derive(Debug)]
pub(crate) struct Footprint {
    pub(crate) processes: Vec<Process>,
    /// By kind: `socket`, `pipe`, `anon_inode`, or a path. The `/dev/null` placeholders are left out.
    pub(crate) descriptors: BTreeMap<String, usize>,
    pub(crate) threads: usize,
    pub(crate) files: Vec<PathBuf>,
}

/// How long nothing may change before a server counts as settled.
const CALM: Duration = Duration::from_millis(50);

/// Spares that a server may have at most where the tests run with `TEST_WARM`, and what they are forked from.
const SPARES: usize = 8 + 1;
/// The descriptors of one kind that a spare takes.
const DESCRIPTORS: usize = 5;

/// How many processes may wait for requests at any moment.
fn spares() -> usize {
    match std::env::var("TEST_WARM") {
        Ok(mode) if mode != "off" => SPARES,
        _ => 0,
    }
}

/// Threads that the runtime may add for blocking work and lets go after some idle seconds.
const SPARE_THREADS: usize = 4;

impl Server {
    /// The frame of an attack: a request first, so that everything lazy exists; then the attack; then
    /// a plain GET answers 200, and whatever the attack made is gone again.
    pub(crate) fn unharmed<T>(&self, attack: impl FnOnce() -> T) -> T {
        self.assert_serves();
        let before = self.settled();
        let answer = attack();
        self.assert_serves();
        self.assert_no_more_than(&before);
        answer
    }

    /// A plain GET answers 200.
    pub(crate) fn assert_serves(&self) {
        let response = self.get("/");
        assert_eq!((response.status, response.complete), (200, true), "{}", response.text());
    }

    /// What it holds once no request runs any more and its connections have settled.
    pub(crate) fn settled(&self) -> Footprint {
        eventually("no service runs and no descriptor comes or goes", || {
            let descriptors = self.descriptors();
            let calm = || self.is_idle() && self.descriptors() == descriptors;
            holds_for(CALM, calm).then(|| self.footprint())
        })
    }

    /// What it holds now.
    pub(crate) fn footprint(&self) -> Footprint {
        Footprint {
            processes: self.processes(),
            descriptors: self.descriptors(),
            threads: fs::read_dir(format!("/proc/{}/task", self.pid())).into_iter().flatten().count(),
            files: files_below(self.temporary()),
        }
    }

    /// Waits until it holds no more than before; fails with the difference.
    pub(crate) fn assert_no_more_than(&self, before: &Footprint) {
        let mut excess = String::new();
        let deadline = Instant::now() + super::DEADLINE / 2;
        eventually("the comparison ends", || {
            excess = self.footprint().excess_over(before);
            (excess.is_empty() || Instant::now() > deadline).then_some(())
        });
        assert!(excess.is_empty(), "the attack left something behind: {excess}");
    }

    /// Everything it started that still exists: by ancestry, and by the mark in the environment.
    pub(crate) fn processes(&self) -> Vec<Process> {
        let wanted = format!("{MARK}={}", self.mark);
        let mut found: Vec<Process> = Vec::new();
        let mut rest = all_processes();
        rest.retain(|process| process.pid != self.pid());
        loop {
            let (ours, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|process| {
                process.parent == self.pid()
                    || found.iter().any(|known| known.pid == process.parent)
                    || has_variable(process.pid, &wanted)
            });
            rest = others;
            if ours.is_empty() {
                return found;
            }
            found.extend(ours);
        }
    }

    /// The processes of services: without the guardian, which is no session's child of a request and
    /// carries the server's own command line.
    pub(crate) fn services(&self) -> Vec<Process> {
        let own = fs::read(format!("/proc/{}/cmdline", self.pid())).unwrap_or_default();
        let mut processes = self.processes();
        processes
            .retain(|process| fs::read(format!("/proc/{}/cmdline", process.pid)).unwrap_or_default() != own);
        processes
    }

    /// Whether no request runs, as far as processes tell: those that wait for one may be there.
    pub(crate) fn is_idle(&self) -> bool {
        self.services().len() <= spares()
    }

    fn descriptors(&self) -> BTreeMap<String, usize> {
        let mut kinds = BTreeMap::new();
        for entry in fs::read_dir(format!("/proc/{}/fd", self.pid())).into_iter().flatten().flatten() {
            let Ok(target) = fs::read_link(entry.path()) else { continue };
            let target = target.to_string_lossy().into_owned();
            let kind = match target.split_once(':') {
                Some((kind, _)) if !target.starts_with('/') => kind.to_owned(),
                _ => target,
            };
            if kind != "/dev/null" {
                *kinds.entry(kind).or_default() += 1;
            }
        }
        kinds
    }
}

impl Footprint {
    /// What is here and was not before, in words; empty when nothing is.
    fn excess_over(&self, before: &Self) -> String {
        let mut words = Vec::new();
        let new = |process: &&Process| before.processes.iter().all(|known| known.pid != process.pid);
        let new: Vec<_> = self.processes.iter().filter(new).collect();
        if new.len() > spares() {
            words.extend(new.iter().map(|process| format!("{process:?}")));
        }
        for (kind, &count) in &self.descriptors {
            let known = before.descriptors.get(kind).copied().unwrap_or(0);
            if count > known + DESCRIPTORS * spares() {
                words.push(format!("{count} {kind} descriptors instead of {known}"));
            }
        }
        if self.threads > before.threads + SPARE_THREADS {
            words.push(format!("{} threads instead of {}", self.threads, before.threads));
        }
        let new = |file: &&PathBuf| !before.files.contains(file);
        words.extend(self.files.iter().filter(new).map(|file| file.display().to_string()));
        words.join(", ")
    }
}

/// The whole process table; what vanishes while it is read is left out.
pub(crate) fn all_processes() -> Vec<Process> {
    let names = fs::read_dir("/proc").expect("/proc is mounted").flatten();
    let pids = names.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(process).collect()
}

/// One process by proc_pid_stat(5); the name may hold spaces and brackets, so it ends at the last one.
fn process(pid: u32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (start, rest) = stat.rsplit_once(") ")?;
    let (_, name) = start.split_once('(')?;
    let mut fields = rest.split(' ');
    let state = fields.next()?.chars().next()?;
    let mut number = || fields.next()?.parse().ok();
    Some(Process {
        pid,
        state,
        parent: number()?,
        group: number()?,
        session: number()?,
        name: name.to_owned(),
    })
}

fn has_variable(pid: u32, variable: &str) -> bool {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment.split(|&byte| byte == 0).any(|entry| entry == variable.as_bytes())
}
