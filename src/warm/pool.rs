//! The spares of one service: how many are wanted, which are there, and which are worth nothing any more.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::process::Pid;

use super::{Ahead, Spare};
use crate::{cache::Stamp, service::Launch};

/// A service that nobody has asked for so long has no spares.
const IDLE: Duration = Duration::from_secs(5 * 60);
/// A pool of which a spare was never used for so long is one too large.
const UNUSED: Duration = Duration::from_secs(10);
/// What could not be started, or died by itself, is tried again after this time, doubled up to the second.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// The spares of one launch.
#[derive(Debug)]
pub(super) struct Pool {
    launch: Arc<Launch>,
    file: Option<PathBuf>,
    most: usize,
    imports: bool,
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

/// A spare that is to be started.
#[derive(Debug)]
pub(super) struct Refill {
    pub(super) key: usize,
    pub(super) launch: Arc<Launch>,
    pub(super) imports: bool,
    file: Option<PathBuf>,
    pub(super) missing: usize,
}

impl Refill {
    /// The script as it is now.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        self.file.as_deref().and_then(Stamp::of)
    }
}

impl Pool {
    pub(super) fn new(ahead: &Ahead<'_>) -> Self {
        let now = Instant::now();
        Self {
            launch: Arc::clone(ahead.launch),
            file: ahead.file.cloned(),
            most: ahead.most,
            imports: ahead.imports,
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

    /// The oldest spare that is alive and knows the script as it is, and those that are to be ended.
    pub(super) fn take(&mut self, now: Instant) -> (Option<Spare>, Vec<Spare>) {
        self.asked = now;
        let was_empty = self.waiting.is_empty();
        let mut retired = Vec::new();
        let is_another = self.waiting.front().is_some_and(|first| first.stamp != self.stamp());
        if is_another {
            retired = self.retire();
        }
        let mut taken = None;
        while let Some(Waiting { mut spare, .. }) = self.waiting.pop_front() {
            if spare.process.try_ended().is_none() {
                taken = Some(spare);
                break;
            }
            self.failed(now);
        }
        match taken {
            Some(_) => (self.back_off, self.not_before) = (BACK_OFF.0, None),
            // More came at once than there were spares.
            None if was_empty => self.wanted = (self.wanted + 1).min(self.most),
            None => {}
        }
        self.wanted = self.wanted.max(1);
        self.count(now);
        (taken, retired)
    }

    fn stamp(&self) -> Option<Stamp> {
        self.file.as_deref().and_then(Stamp::of)
    }

    fn count(&mut self, now: Instant) {
        if self.waiting.len() < self.fewest.0 {
            self.fewest = (self.waiting.len(), now);
        }
    }

    /// One was started for it; given back when nobody wants it any more.
    pub(super) fn add(&mut self, spare: Spare, stamp: Option<Stamp>, now: Instant) -> Option<Spare> {
        if self.waiting.len() >= self.wanted || stamp != self.stamp() {
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

    /// All of its spares, which are to be ended.
    pub(super) fn retire(&mut self) -> Vec<Spare> {
        self.waiting.drain(..).map(|waiting| waiting.spare).collect()
    }

    /// The spares that are to be ended now: all of an idle service, and one of a pool that is too large.
    pub(super) fn look_after(&mut self, now: Instant) -> Vec<Spare> {
        let before = self.waiting.len();
        self.waiting.retain_mut(|waiting| waiting.spare.process.try_ended().is_none());
        if self.waiting.len() < before {
            self.failed(now);
        }
        if now.duration_since(self.asked) >= IDLE || self.is_abandoned() {
            self.wanted = 0;
            return self.retire();
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
        self.size * self.waiting.len() as u64
    }

    /// What it lacks, as far as there is room for one more.
    pub(super) fn refill(&self, now: Instant, room: u64) -> Option<Refill> {
        let missing = self.wanted.saturating_sub(self.waiting.len());
        let is_too_early = self.not_before.is_some_and(|time| now < time);
        // One whose size is not known yet needs some room all the same: many services could have one each.
        (missing > 0 && !is_too_early && self.size.max(1) <= room).then(|| Refill {
            key: Arc::as_ptr(&self.launch).addr(),
            launch: Arc::clone(&self.launch),
            imports: self.imports,
            file: self.file.clone(),
            missing,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::Arc,
        time::{Duration, Instant},
    };

    use super::{Ahead, BACK_OFF, IDLE, Pool};
    use crate::service::{Launch, Strings};

    const ROOM: u64 = 1 << 20;

    /// A pool for at most three, and the launch that keeps it wanted.
    fn pool() -> (Pool, Arc<Launch>) {
        let launch = Arc::new(Launch {
            program: c"/bin/true".to_owned(),
            arguments: Strings::default(),
            environment: Strings::default(),
            directory: c"/".to_owned(),
            _keep: None,
        });
        (Pool::new(&Ahead { launch: &launch, file: None, most: 3, imports: false }), launch)
    }

    fn missing(pool: &Pool, now: Instant, room: u64) -> Option<usize> {
        pool.refill(now, room).map(|refill| refill.missing)
    }

    #[test]
    fn it_grows_with_the_requests_that_found_none_up_to_its_bound() {
        let (mut pool, _launch) = pool();
        let now = Instant::now();
        assert_eq!(missing(&pool, now, ROOM), None);
        for wanted in [1, 2, 3, 3] {
            assert!(pool.take(now).0.is_none());
            assert_eq!(missing(&pool, now, ROOM), Some(wanted));
        }
        assert_eq!(missing(&pool, now, 0), None, "there is no room");
    }

    #[test]
    fn a_failure_puts_the_next_off_for_longer_each_time() {
        let (mut pool, _launch) = pool();
        let mut now = Instant::now();
        pool.want(now);
        for pause in [BACK_OFF.0, 2 * BACK_OFF.0, 4 * BACK_OFF.0] {
            pool.failed(now);
            assert_eq!(missing(&pool, now + pause - Duration::from_millis(1), ROOM), None);
            now += pause;
            assert_eq!(missing(&pool, now, ROOM), Some(1));
        }
    }

    #[test]
    fn a_service_that_nobody_asks_for_or_that_has_gone_wants_none() {
        let (mut idle, _launch) = pool();
        let now = Instant::now();
        idle.want(now);
        idle.look_after(now + IDLE);
        assert_eq!((missing(&idle, now + IDLE, ROOM), idle.is_over(now + IDLE)), (None, true));
        let (mut gone, launch) = pool();
        gone.want(now);
        drop(launch);
        gone.look_after(now);
        assert_eq!((missing(&gone, now, ROOM), gone.is_over(now)), (None, true));
    }
}
