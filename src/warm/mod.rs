//! Spares: processes that were started before their requests. A spare has loaded its bridge and its script, and waits
//! for a document on descriptor 4; it serves one request, as any other process. Fork servers make more of them, and one
//! for a request that finds none. Knows no request.

mod files;
mod fork;
mod machine;
mod pool;
mod preload;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use self::{
    files::Files,
    fork::{Chance, Forker, Forks, NoForks},
    pool::{Pool, Refill, Work},
};
use crate::{
    cache::Stamp,
    failure::Failure,
    process::{Ours, Process, Wanted, no_pipes, pipes, start},
    service::{Launch, Strings, Warmth},
    slots::Slots,
};

/// What a spare or a fork server finds in its environment, there being time to load what the script will need: which of
/// both it is, whether to look what the script names, and further names.
const VARIABLE: &[u8] = b"STACK_AHEAD";
/// How often spares are looked after when nothing happens.
const TICK: Duration = Duration::from_secs(1);
/// How long a busy machine is left alone, doubled up to the second while it stays busy.
const PAUSES: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(50));
/// How often a spare that was started is looked at, and for how long; seen asleep so often in a row, it waits for its
/// request.
const LOOK: Duration = Duration::from_millis(3);
const LOOKS: u32 = 1000;
const ASLEEP: u32 = 3;

/// What is started ahead for a service.
#[derive(Clone, Debug)]
pub(crate) struct Ahead<'a> {
    pub(crate) launch: &'a Arc<Launch>,
    /// The script: a spare of another version of it answers nothing.
    pub(crate) file: Option<&'a PathBuf>,
    pub(crate) warmth: &'a Arc<Warmth>,
}

impl Ahead<'_> {
    /// The script as it is now.
    fn stamp(&self) -> Option<Stamp> {
        self.file.and_then(|file| Stamp::of(file))
    }
}

/// A process that waits for its document, and the server's ends of its pipes.
#[derive(Debug)]
pub(crate) struct Spare {
    pub(crate) process: Process,
    pub(crate) ours: Ours,
    pub(crate) way: Way,
}

/// How a process came to be that waits for its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// It was started, as any other.
    Spare,
    /// It is the child of a fork server.
    Fork,
}

impl Way {
    /// As `Server-Timing` and the environment have it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Spare => "spare",
            Self::Fork => "fork",
        }
    }
}

/// The spares of all services; dropped, they end.
#[derive(Debug)]
pub(crate) struct Warm {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    pools: Mutex<HashMap<usize, Pool>>,
    /// Where the requests are that a spare may take nothing from.
    slots: Arc<Slots>,
    /// How many bytes all spares together may take.
    memory: u64,
    /// One was asked for.
    asked: Notify,
    is_kept: AtomicBool,
}

/// What a pool has for a request.
#[derive(Debug)]
enum Taken {
    Spare(Box<Spare>),
    /// No spare, but somebody who makes one.
    Forker(Forker),
    Nothing,
}

/// What is to be done next.
enum Next {
    Refill(Refill),
    /// Nothing is wanted.
    Rest,
}

impl Warm {
    /// No spares yet; all of them together may take so many bytes of memory.
    pub(crate) fn new(slots: Arc<Slots>, memory: u64) -> Self {
        let (pools, asked, is_kept) = (Mutex::default(), Notify::new(), AtomicBool::new(false));
        let shared = Shared { pools, slots, memory, asked, is_kept };
        Self { shared: Arc::new(shared) }
    }

    /// A spare, if one is there, or a fork, where something can fork; more of them are started when the machine has a
    /// core for that.
    pub(crate) async fn take(&self, ahead: &Ahead<'_>) -> Option<Spare> {
        if ahead.warmth.spares == 0 {
            return None;
        }
        // Before the pools are locked: other services must not wait for the file system of this one.
        let stamp = ahead.stamp();
        // What is retired ends by its drop, outside the lock.
        let (taken, retired) = self.shared.pool(ahead, |pool| pool.take(stamp, Instant::now()));
        drop(retired);
        self.wake();
        match taken {
            Taken::Spare(spare) => Some(*spare),
            Taken::Forker(forker) => match forker.fork().await {
                Ok(spare) => Some(spare),
                Err(error) => {
                    tracing::debug!(target: "stack::warm", "there was no fork: {error}");
                    if Forker::is_for_good(&error) {
                        let no = NoForks { why: error.to_string(), chance: Chance::Never };
                        self.shared.pool(ahead, |pool| pool.no_forks(Instant::now(), &no));
                    }
                    None
                }
            },
            Taken::Nothing => None,
        }
    }

    /// Starts a spare before the first request asks for one.
    pub(crate) fn prepare(&self, ahead: &Ahead<'_>) {
        if ahead.warmth.spares > 0 {
            self.shared.pool(ahead, |pool| pool.want(Instant::now()));
            self.wake();
        }
    }

    /// Ends all spares: what they have loaded may have changed.
    pub(crate) fn retire(&self) {
        let retired: Vec<_> = self.shared.lock().values_mut().flat_map(Pool::retire).collect();
        drop(retired);
        self.wake();
    }

    fn wake(&self) {
        if !self.shared.is_kept.swap(true, Ordering::AcqRel) {
            tokio::spawn(keep(Arc::downgrade(&self.shared)));
        }
        self.shared.asked.notify_one();
    }
}

impl Drop for Warm {
    fn drop(&mut self) {
        // Whoever keeps them may still hold the pools for a moment.
        let pools = std::mem::take(&mut *self.shared.lock());
        drop(pools);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, HashMap<usize, Pool>> {
        self.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on the pool of that launch, which is its own for as long as the pool holds it.
    fn pool<T>(&self, ahead: &Ahead<'_>, work: impl FnOnce(&mut Pool) -> T) -> T {
        let mut pools = self.lock();
        work(pools.entry(Arc::as_ptr(ahead.launch).addr()).or_insert_with(|| Pool::new(ahead)))
    }

    /// Ends what is too old, and finds what is wanted most.
    fn look_after(&self) -> Next {
        let now = Instant::now();
        let mut pools = self.lock();
        let retired: Vec<_> = pools.values_mut().flat_map(|pool| pool.look_after(now)).collect();
        let files: Vec<_> = pools.values_mut().filter_map(|pool| pool.due_files(now)).collect();
        pools.retain(|_, pool| !pool.is_over(now));
        let taken: u64 = pools.values().map(Pool::memory).sum();
        let room = self.memory.saturating_sub(taken);
        // One fork server loads at a time, since nobody knows what memory it will take; spares do not wait for it.
        let is_loading = pools.values().any(Pool::is_loading);
        let may_begin = |refill: &Refill| !(is_loading && matches!(refill.work, Work::Forks));
        let refills = pools.values().filter_map(|pool| pool.refill(now, room)).filter(may_begin);
        let next = refills.max_by_key(|refill| refill.missing);
        drop(pools);
        drop(retired);
        look_at(files);
        next.map_or(Next::Rest, Next::Refill)
    }

    /// Whether a spare that is started now takes no core from a request that runs. What else the machine does is no
    /// reason to have none.
    fn has_room(&self) -> bool {
        self.slots.running() == 0 || machine::has_idle_core()
    }

    /// Begins a fork server; or has a spare forked or started, and waits until that is waiting itself.
    async fn refill(self: &Arc<Self>, refill: Refill) {
        let started = match &refill.work {
            Work::Forks => {
                // The spares of others do not wait for what this one loads.
                tokio::spawn(Loading::begin(self, refill).end());
                return;
            }
            // A fork knows the script as the fork server has read it.
            Work::Fork(forker, stamp) => {
                forker.fork().await.map(|spare| (spare, *stamp)).map_err(|error| error.to_string())
            }
            Work::Start => {
                let stamp = refill.stamp();
                spare(&refill).await.map(|spare| (spare, stamp))
            }
        };
        let (spare, stamp) = match started {
            Ok(started) => started,
            Err(why) => {
                tracing::debug!(target: "stack::warm", "no spare was started: {why}");
                return self.of(&refill, |pool| pool.failed(Instant::now()));
            }
        };
        let pid = spare.process.pid();
        let unwanted = match self.lock().get_mut(&refill.key) {
            Some(pool) => pool.add(&refill, (spare, stamp), Instant::now()),
            None => Some(spare),
        };
        drop(unwanted);
        let mut asleep = 0;
        for _ in 0..LOOKS {
            sleep(LOOK).await;
            asleep = if machine::is_waiting(pid) { asleep + 1 } else { 0 };
            if asleep == ASLEEP || !self.lock().get(&refill.key).is_some_and(|pool| pool.has(pid)) {
                break;
            }
        }
        self.of(&refill, |pool| pool.measure(pid, machine::memory(pid)));
    }

    /// A fork server is ready: what it read may have changed while it did.
    fn fork_by(&self, refill: &Refill, forks: Forks, stamp: Option<Stamp>) {
        let (memory, most) = (machine::memory(forks.pid()), self.memory);
        if memory > most {
            let why = format!("it takes {} MiB of the {} MiB of --warm-memory", memory >> 20, most >> 20);
            return self
                .of(refill, |pool| pool.no_forks(Instant::now(), &NoForks { why, chance: Chance::Never }));
        }
        self.of(refill, |pool| pool.fork_by(refill, (forks, memory, stamp), Instant::now()));
    }

    fn of(&self, refill: &Refill, work: impl FnOnce(&mut Pool)) {
        if let Some(pool) = self.lock().get_mut(&refill.key) {
            work(pool);
        }
    }
}

/// A fork server that is being started; its pool waits for it until this is dropped.
struct Loading {
    shared: Arc<Shared>,
    refill: Refill,
}

impl Loading {
    fn begin(shared: &Arc<Shared>, refill: Refill) -> Self {
        shared.of(&refill, Pool::load);
        Self { shared: Arc::clone(shared), refill }
    }

    /// Waits until it is ready.
    async fn end(self) {
        let Self { shared, refill } = &self;
        let stamp = refill.stamp();
        match fork::start(&refill.launch, &variables(refill, Way::Fork)).await {
            Ok(forks) => shared.fork_by(refill, forks, stamp),
            Err(no) => shared.of(refill, |pool| pool.no_forks(Instant::now(), &no)),
        }
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        self.shared.of(&self.refill, Pool::loaded);
        self.shared.asked.notify_one();
    }
}

/// Says that nobody keeps the pools any more: their runtime may end before they do.
struct Kept(Weak<Shared>);

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(shared) = self.0.upgrade() {
            shared.is_kept.store(false, Ordering::Release);
        }
    }
}

/// Keeps the pools filled, for as long as they are there.
async fn keep(shared: Weak<Shared>) {
    let _kept = Kept(Weak::clone(&shared));
    let mut pause = PAUSES.0;
    while let Some(shared) = shared.upgrade() {
        match shared.look_after() {
            Next::Rest => {
                let _ = timeout(TICK, shared.asked.notified()).await;
            }
            Next::Refill(refill) if shared.has_room() => {
                pause = PAUSES.0;
                shared.refill(refill).await;
            }
            Next::Refill(_) => {
                sleep(pause).await;
                pause = (2 * pause).min(PAUSES.1);
            }
        }
    }
}

/// Looks at the files of fork servers where nobody waits for that; what has changed is seen when the pools are next looked
/// after.
fn look_at(files: Vec<Arc<Files>>) {
    if !files.is_empty() {
        tokio::task::spawn_blocking(move || files.iter().for_each(|files| files.look()));
    }
}

/// Starts a process that will wait for its document.
async fn spare(refill: &Refill) -> Result<Spare, String> {
    let message = |failure: Failure| failure.message;
    let wanted = Wanted { stdin: true, document: true };
    let (ours, theirs) = pipes(wanted).map_err(|error| message(no_pipes(&error)))?;
    let process = start(&refill.launch, &variables(refill, Way::Spare), theirs).await.map_err(message)?;
    Ok(Spare { process, ours, way: Way::Spare })
}

/// The environment of what is started ahead.
fn variables(refill: &Refill, way: Way) -> Strings {
    let mut variables = refill.launch.environment.clone();
    if refill.warmth.imports {
        let names = refill.warmth.preload.as_deref();
        let scan = if names.is_some_and(<[_]>::is_empty) { "none" } else { "scan" };
        let words =
            [way.word(), scan].into_iter().chain(names.unwrap_or_default().iter().map(String::as_str));
        variables.push_variable(VARIABLE, words.collect::<Vec<_>>().join(" ").as_bytes());
    }
    if let (Way::Fork, Some(own)) = (way, refill.warmth.forks) {
        own.iter().for_each(|(name, value)| _ = variables.push_variable(name.as_bytes(), value.as_bytes()));
    }
    variables
}
