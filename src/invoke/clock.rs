//! The time of one request: which limit is next, and whether it has passed.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::sleep_until;

use crate::{failure::Kind, receipt::Exchange, service::Spec};

/// One request's time.
#[derive(Clone)]
pub(super) struct Clock {
    pub(super) spec: Arc<Spec>,
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
    /// The next deadline, and what it would mean.
    pub(super) fn deadline(&self) -> Option<(Instant, Kind)> {
        let timeouts = &self.spec.timeouts;
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
