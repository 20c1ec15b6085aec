//! The time of one request: which limit is next, and whether it has passed.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::sleep_until;

use crate::{failure::Kind, receipt::Exchange, service::Timeouts};

/// How long a client may take nothing where its request has no limit: as long as one whose socket is full.
const PATIENCE: Duration = Duration::from_secs(75);

/// One request's time.
#[derive(Clone)]
pub(super) struct Clock {
    pub(super) timeouts: Timeouts,
    pub(super) exchange: Arc<Exchange>,
    pub(super) started: Instant,
    pub(super) phase: Phase,
}

/// What the clock counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Until the first byte.
    Opening,
    /// From then on; an event stream may be silent.
    Answering { endless: bool },
    /// Nothing: the process is being ended.
    Ending,
}

impl Clock {
    /// That of a page of the server's own, which no limit of a service is meant for.
    pub(super) fn of_page(exchange: &Arc<Exchange>) -> Self {
        exchange.progress();
        Self {
            timeouts: Timeouts::default(),
            exchange: Arc::clone(exchange),
            started: Instant::now(),
            phase: Phase::Answering { endless: false },
        }
    }

    /// That of what is left when no process is: only the client can be silent now, and not for ever.
    pub(super) fn without_process(mut self) -> Self {
        if self.deadline().is_none() {
            self.timeouts.silence.get_or_insert(PATIENCE);
            self.phase = Phase::Answering { endless: false };
            self.exchange.progress();
        }
        self
    }

    /// The next deadline, and what it would mean.
    pub(super) fn deadline(&self) -> Option<(Instant, Kind)> {
        let timeouts = &self.timeouts;
        let moved = |limit: Duration| self.exchange.last_progress() + limit;
        let idle = match self.phase {
            Phase::Ending => return None,
            Phase::Opening => timeouts.first_byte.map(|limit| (moved(limit), Kind::FirstByteTimeout)),
            Phase::Answering { endless: true } => None,
            Phase::Answering { endless: false } => timeouts.silence.map(|limit| (moved(limit), Kind::Silent)),
        };
        let total = timeouts.total.map(|limit| (self.started + limit, Kind::Timeout));
        idle.into_iter().chain(total).min_by_key(|(at, _)| *at)
    }

    /// What has passed, if anything.
    pub(super) fn overdue(&self) -> Option<Kind> {
        self.deadline().filter(|(at, _)| *at <= Instant::now()).map(|(_, kind)| kind)
    }

    /// Returns once a limit has passed.
    pub(super) async fn passed(&self) -> Kind {
        loop {
            if let Some(kind) = self.overdue() {
                return kind;
            }
            until(self.deadline().map(|(at, _)| at)).await;
        }
    }
}

/// Waits until then, or for ever.
pub(super) async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
