//! The spares of one service: how many are wanted, which are there, and which are worth nothing any more.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeSet, VecDeque},
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use rustix::process::Pid;

use super::{
    Ahead, Spare, TICK, Taken,
    files::Files,
    fork::{Chance, Forker, Forks, NoForks},
};
use crate::{
    cache::Stamp,
    service::{Launch, Warmth},
};

/// A service that nobody has asked for so long has no spares.
const IDLE: Duration = Duration::from_secs(5 * 60);
/// A pool of which a spare was never used for so long is one too large.
const UNUSED: Duration = Duration::from_secs(10);
/// What could not be started, or died by itself, is tried again after this time, doubled up to the second.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// After so many failures in a row there is no further attempt at a fork server; so many dead forks are one, too.
const REFUSALS: u32 = 2;
const DEATHS: u32 = 2;

/// The spares of one launch.
#[derive(Debug)]
pub(super) struct Pool {
    launch: Arc<Launch>,
    file: Option<PathBuf>,
    warmth: Arc<Warmth>,
    /// What makes its spares, where they are forked.
    forks: Option<Server>,
    /// How often in a row there could be no fork server, and how often a spare died by itself.
    refusals: u32,
    deaths: u32,
    /// How many fork servers in a row were of no use, and what was written while the last of them read it.
    discarded: u32,
    written: BTreeSet<PathBuf>,
    /// A fork server is being started.
    is_loading: bool,
    retirements: u64,
    /// The oldest first.
    waiting: VecDeque<Waiting>,
    wanted: usize,
    asked: Instant,
    /// The fewest that waited since then.
    fewest: (usize, Instant),
    /// How much one of them takes.
    size: u64,
    back_off: Duration,
    not_before: Option<Instant>,
}

#[derive(Debug)]
struct Waiting {
    spare: Spare,
    /// The script as it was when the spare was started.
    stamp: Option<Stamp>,
}

/// A fork server, and the script as it was when it was started.
#[derive(Debug)]
struct Server {
    forks: Forks,
    stamp: Option<Stamp>,
    memory: u64,
    /// When the files that it has read were last looked at.
    looked: Instant,
}

/// Something that is to be started.
#[derive(Debug)]
pub(super) struct Refill {
    pub(super) key: usize,
    pub(super) launch: Arc<Launch>,
    pub(super) warmth: Arc<Warmth>,
    pub(super) work: Work,
    file: Option<PathBuf>,
    /// What is started knows nothing of the retirements since then.
    retirements: u64,
    pub(super) missing: usize,
}

/// What that is.
#[derive(Debug)]
pub(super) enum Work {
    /// A fork server.
    Forks,
    /// A spare that it makes, of the script as it has read it.
    Fork(Forker, Option<Stamp>),
    /// A spare.
    Start,
}

impl Refill {
    /// The script as it is now.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        self.file.as_deref().and_then(Stamp::of)
    }
}

impl Server {
    fn forker(&self) -> Forker {
        self.forks.forker().clone()
    }
}

impl Pool {
    pub(super) fn new(ahead: &Ahead<'_>) -> Self {
        let now = Instant::now();
        Self {
            launch: Arc::clone(ahead.launch),
            file: ahead.file.cloned(),
            warmth: Arc::clone(ahead.warmth),
            forks: None,
            refusals: 0,
            deaths: 0,
            discarded: 0,
            written: BTreeSet::new(),
            is_loading: false,
            retirements: 0,
            waiting: VecDeque::new(),
            wanted: 0,
            asked: now,
            fewest: (0, now),
            size: 0,
            back_off: BACK_OFF.0,
            not_before: None,
        }
    }

    /// From now on a spare is wanted.
    pub(super) fn want(&mut self, now: Instant) {
        self.asked = now;
        self.wanted = self.wanted.max(1);
    }

    /// The oldest spare that is alive and knows the script as it is now, by its stamp, or what forks one, and those that
    /// are to be ended.
    pub(super) fn take(&mut self, stamp: Option<Stamp>, now: Instant) -> (Taken, Vec<Spare>) {
        self.asked = now;
        let was_empty = self.waiting.is_empty();
        let mut retired = Vec::new();
        let waiting = self.waiting.iter().map(|waiting| waiting.stamp);
        let is_other =
            waiting.chain(self.forks.as_ref().map(|server| server.stamp)).any(|known| known != stamp);
        if is_other || self.has_changed() {
            retired = self.retire();
        }
        let mut taken = None;
        while let Some(Waiting { mut spare, .. }) = self.waiting.pop_front() {
            if spare.process.try_ended().is_none() {
                taken = Some(spare);
                break;
            }
            self.died(now);
        }
        match taken {
            Some(_) => (self.back_off, self.not_before, self.deaths) = (BACK_OFF.0, None, 0),
            // More came at once than there were spares.
            None if was_empty => self.wanted = (self.wanted + 1).min(self.warmth.spares),
            None => {}
        }
        self.wanted = self.wanted.max(1);
        self.count(now);
        let taken = match taken {
            Some(spare) => Taken::Spare(Box::new(spare)),
            None => self.forks.as_ref().map_or(Taken::Nothing, |server| Taken::Forker(server.forker())),
        };
        (taken, retired)
    }

    fn count(&mut self, now: Instant) {
        if self.waiting.len() < self.fewest.0 {
            self.fewest = (self.waiting.len(), now);
        }
    }

    /// One was started for it; given back when nobody wants it any more, or what it has loaded may have changed since.
    pub(super) fn add(
        &mut self,
        refill: &Refill,
        (spare, stamp): (Spare, Option<Stamp>),
        now: Instant,
    ) -> Option<Spare> {
        if self.waiting.len() >= self.wanted || refill.retirements != self.retirements {
            return Some(spare);
        }
        self.waiting.push_back(Waiting { spare, stamp });
        self.count(now);
        None
    }

    pub(super) fn has(&self, pid: Pid) -> bool {
        self.waiting.iter().any(|waiting| waiting.spare.process.pid() == pid)
    }

    /// So much memory that process has, if it still waits.
    pub(super) fn measure(&mut self, pid: Pid, memory: u64) {
        if self.has(pid) {
            self.size = memory;
        }
    }

    /// None could be started, or one died by itself: the next comes later.
    pub(super) fn failed(&mut self, now: Instant) {
        self.not_before = Some(now + self.back_off);
        self.back_off = (2 * self.back_off).min(BACK_OFF.1);
    }

    /// One died by itself. Forks that do so again and again have met something that does not bear being forked.
    fn died(&mut self, now: Instant) {
        self.failed(now);
        self.deaths += 1;
        if self.deaths >= DEATHS && self.is_forking() {
            self.give_up("its forks end before their requests");
        }
    }

    /// A fork server is being started.
    pub(super) fn load(&mut self) {
        self.is_loading = true;
    }

    /// Whether one is.
    pub(super) fn is_loading(&self) -> bool {
        self.is_loading
    }

    /// None is being started any more.
    pub(super) fn loaded(&mut self) {
        self.is_loading = false;
    }

    /// There is a fork server now, unless what it has read has become another meanwhile.
    pub(super) fn fork_by(
        &mut self,
        refill: &Refill,
        (forks, memory, stamp): (Forks, u64, Option<Stamp>),
        now: Instant,
    ) {
        self.refusals = 0;
        if !self.is_forking() {
            return;
        }
        // Who writes at every load what it reads there has its fork server all the same, at the second attempt.
        let written = forks.files().written();
        let is_settled = written.is_empty() || *written == self.written;
        self.written.clone_from(written);
        if is_settled && refill.retirements == self.retirements {
            self.discarded = 0;
            self.forks = Some(Server { forks, stamp, memory, looked: now });
            return;
        }
        self.discarded += 1;
        // The second time in a row it may go on like this.
        if self.discarded > 1 {
            self.failed(now);
        }
    }

    /// There is no fork server; where that is for good, spares are started in the place of forks.
    pub(super) fn no_forks(&mut self, now: Instant, no: &NoForks) {
        self.failed(now);
        self.refusals += u32::from(no.chance == Chance::Perhaps);
        if no.chance == Chance::Never || self.refusals >= REFUSALS {
            self.give_up(&no.why);
        }
    }

    /// From now on there are spares in the place of forks; which is told once.
    fn give_up(&mut self, why: &str) {
        self.forks = None;
        self.not_before = None;
        if !self.warmth.refused.swap(true, Ordering::Relaxed) {
            let program = self.launch.program.to_string_lossy();
            let instead = "its processes are started ahead, as by --warm spare";
            tracing::warn!(target: "stack::warm", "{program} cannot be a fork server: {why}; {instead}");
        }
    }

    /// Whether what it starts ahead is forked.
    fn is_forking(&self) -> bool {
        self.warmth.forks.is_some() && !self.warmth.refused.load(Ordering::Relaxed)
    }

    /// Whether there is no fork server, or one that another should take the place of.
    fn wants_forks(&self) -> bool {
        let is_fine = self.forks.as_ref().is_some_and(|server| !server.forks.is_worn());
        self.is_forking() && self.wanted > 0 && !is_fine && !self.is_loading
    }

    /// All of its spares, which are to be ended. Its fork server ends with its handle.
    pub(super) fn retire(&mut self) -> Vec<Spare> {
        self.retirements += 1;
        self.forks = None;
        self.waiting.drain(..).map(|waiting| waiting.spare).collect()
    }

    /// The spares that are to be ended now: all of an idle service, and one of a pool that is too large.
    pub(super) fn look_after(&mut self, now: Instant) -> Vec<Spare> {
        let before = self.waiting.len();
        self.waiting.retain_mut(|waiting| waiting.spare.process.try_ended().is_none());
        if self.waiting.len() < before {
            self.died(now);
        }
        if now.duration_since(self.asked) >= IDLE || self.is_abandoned() {
            self.wanted = 0;
            return self.retire();
        }
        if self.has_changed() {
            return self.retire();
        }
        if self.forks.take_if(|server| !server.forks.is_alive()).is_some() {
            self.failed(now);
        }
        let (fewest, since) = self.fewest;
        if now.duration_since(since) < UNUSED {
            return Vec::new();
        }
        self.fewest = (self.waiting.len(), now);
        if fewest == 0 || self.wanted <= 1 {
            return Vec::new();
        }
        self.wanted -= 1;
        let surplus = self.waiting.len().saturating_sub(self.wanted);
        self.waiting.drain(..surplus).map(|waiting| waiting.spare).collect()
    }

    /// Whether a file has that its fork server has read, as far as somebody has looked.
    fn has_changed(&self) -> bool {
        self.forks.as_ref().is_some_and(|server| server.forks.files().have_changed())
    }

    /// The files that its fork server has read, when it is time to look at them: once a tick, and only after requests.
    pub(super) fn due_files(&mut self, now: Instant) -> Option<Arc<Files>> {
        let server = self.forks.as_mut()?;
        let is_time = now.duration_since(server.looked) >= TICK && self.asked >= server.looked;
        is_time.then(|| {
            server.looked = now;
            Arc::clone(server.forks.files())
        })
    }

    /// Whether its service has gone: nobody else holds what it starts.
    fn is_abandoned(&self) -> bool {
        Arc::strong_count(&self.launch) == 1
    }

    /// Whether there is nothing to keep of it.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.waiting.is_empty() && (self.is_abandoned() || now.duration_since(self.asked) >= IDLE)
    }

    /// The bytes that its spares take.
    pub(super) fn memory(&self) -> u64 {
        self.size * self.waiting.len() as u64 + self.forks.as_ref().map_or(0, |server| server.memory)
    }

    /// What it lacks, as far as there is room for one more.
    pub(super) fn refill(&self, now: Instant, room: u64) -> Option<Refill> {
        let work = match &self.forks {
            _ if self.wants_forks() => Work::Forks,
            Some(server) => Work::Fork(server.forker(), server.stamp),
            None if self.is_loading => return None,
            None => Work::Start,
        };
        let lacks_forks = usize::from(matches!(work, Work::Forks));
        let missing = self.wanted.saturating_sub(self.waiting.len()).max(lacks_forks);
        let is_too_early = self.not_before.is_some_and(|time| now < time);
        // One whose size is not known yet needs some room all the same: many services could have one each.
        // What takes the place of another fork server has its room.
        let has_room = match &work {
            Work::Forks => room > 0 || self.forks.is_some(),
            Work::Fork(..) | Work::Start => self.size.max(1) <= room,
        };
        (missing > 0 && !is_too_early && has_room).then(|| Refill {
            key: Arc::as_ptr(&self.launch).addr(),
            launch: Arc::clone(&self.launch),
            warmth: Arc::clone(&self.warmth),
            work,
            file: self.file.clone(),
            retirements: self.retirements,
            missing,
        })
    }
}
