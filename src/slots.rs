//! Permits to start and to live, and the bounded queue before them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread::available_parallelism,
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::failure::{Failure, Kind};

/// How many processes may live, and how many requests may wait how long for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Processes alive at once; 256.
    pub(crate) alive: usize,
    /// Requests that wait; 256.
    pub(crate) queue: usize,
    /// How long one waits; 10 s.
    pub(crate) patience: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { alive: 256, queue: 256, patience: Duration::from_secs(10) }
    }
}

/// The places that processes take.
#[derive(Debug)]
pub(crate) struct Slots {
    bounds: Bounds,
    alive: Arc<Semaphore>,
    /// Between its start and its first byte a process costs CPU; more of them than this only wait for each other.
    starting: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// The right of one process to be alive; given back by its drop.
#[derive(Debug)]
pub(crate) struct Permit {
    _alive: OwnedSemaphorePermit,
    starting: Option<OwnedSemaphorePermit>,
    /// That of its service, which has bounds of its own.
    own: Option<Box<Permit>>,
}

impl Permit {
    /// The process has answered: another may start.
    pub(crate) fn answered(&mut self) {
        self.starting = None;
        if let Some(own) = &mut self.own {
            own.answered();
        }
    }

    /// This permit together with one of the service's own.
    pub(crate) fn with(self, own: Option<Self>) -> Self {
        Self { own: own.map(Box::new), ..self }
    }
}

impl Slots {
    pub(crate) fn new(bounds: Bounds) -> Arc<Self> {
        let cores = available_parallelism().map_or(1, usize::from);
        Arc::new(Self {
            bounds,
            alive: Arc::new(Semaphore::new(bounds.alive.max(1))),
            starting: Arc::new(Semaphore::new((4 * cores).max(32))),
            waiting: AtomicUsize::new(0),
        })
    }

    /// How many requests may wait.
    pub(crate) fn queue(&self) -> usize {
        self.bounds.queue
    }

    /// A permit at once, or after a wait in the queue.
    ///
    /// # Errors
    /// When the queue is full, or the wait was longer than it may be.
    pub(crate) async fn enter(&self) -> Result<Permit, Failure> {
        if let Ok(alive) = Arc::clone(&self.alive).try_acquire_owned()
            && let Ok(starting) = Arc::clone(&self.starting).try_acquire_owned()
        {
            return Ok(Permit { _alive: alive, starting: Some(starting), own: None });
        }
        let waiting = Waiting::new(self)?;
        let entered = timeout(self.bounds.patience, async {
            let alive = Arc::clone(&self.alive).acquire_owned().await.ok()?;
            let starting = Arc::clone(&self.starting).acquire_owned().await.ok()?;
            Some(Permit { _alive: alive, starting: Some(starting), own: None })
        });
        let entered = entered.await.ok().flatten();
        drop(waiting);
        entered.ok_or_else(|| {
            let waited = self.bounds.patience;
            Failure::new(Kind::QueueTimeout, format!("no process became free in {waited:?}"))
                .remedy("try again later; the server's owner can raise --max-processes")
        })
    }

    /// Returns once no process is alive.
    pub(crate) async fn emptied(&self) {
        let all = u32::try_from(self.bounds.alive.max(1)).unwrap_or(u32::MAX);
        let _ = self.alive.acquire_many(all).await;
    }

    /// How many processes are alive for a request.
    pub(crate) fn running(&self) -> usize {
        self.bounds.alive.saturating_sub(self.alive.available_permits())
    }
}

/// One request in the queue.
struct Waiting<'a>(&'a Slots);

impl<'a> Waiting<'a> {
    fn new(slots: &'a Slots) -> Result<Self, Failure> {
        let before = slots.waiting.fetch_add(1, Ordering::AcqRel);
        let waiting = Self(slots);
        let bounds = slots.bounds;
        if before >= bounds.queue {
            let all = format!("all {} processes are taken and {} requests wait", bounds.alive, bounds.queue);
            return Err(Failure::new(Kind::QueueFull, all)
                .remedy("try again later; the server's owner can raise --max-processes or --queue"));
        }
        if before == 0 {
            let (running, alive, waiting) = (slots.running(), bounds.alive, before + 1);
            tracing::warn!(target: "stack::slots", "{running} of {alive} running, {waiting} waiting");
        }
        Ok(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}
