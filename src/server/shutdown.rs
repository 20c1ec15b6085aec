//! Two steps to the end: drain, then now.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

/// How long connections that were cut may take to let go.
const CUT: Duration = Duration::from_secs(1);

/// Ends a server; clones end the same one.
#[derive(Clone, Debug)]
pub(crate) struct Shutdown {
    stage: Arc<watch::Sender<Stage>>,
    /// Requests from their head to the last byte of their answer.
    requests: Arc<watch::Sender<usize>>,
    connections: Arc<watch::Sender<usize>>,
    drain: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Serving,
    Draining,
    Now,
}

/// One of what is counted, until its drop.
#[derive(Debug)]
pub(super) struct Counted(Arc<watch::Sender<usize>>);

impl Shutdown {
    /// Nothing ends yet; once it does, requests have `drain` to finish.
    pub(crate) fn new(drain: Duration) -> Self {
        Self {
            stage: Arc::new(watch::Sender::new(Stage::Serving)),
            requests: Arc::new(watch::Sender::new(0)),
            connections: Arc::new(watch::Sender::new(0)),
            drain,
        }
    }

    /// Accepts no more, and lets what runs finish.
    pub(crate) fn begin(&self) {
        self.reach(Stage::Draining);
    }

    /// Cuts what still runs.
    pub(crate) fn now(&self) {
        self.reach(Stage::Now);
    }

    /// How many requests run.
    pub(crate) fn running(&self) -> usize {
        *self.requests.borrow()
    }

    fn reach(&self, stage: Stage) {
        self.stage.send_if_modified(|current| {
            let is_later = stage > *current;
            *current = stage.max(*current);
            is_later
        });
    }

    async fn reached(&self, stage: Stage) {
        // The sender is `self`, so the channel cannot be closed meanwhile.
        let _ = self.stage.subscribe().wait_for(|current| *current >= stage).await;
    }

    pub(super) fn is_draining(&self) -> bool {
        *self.stage.borrow() >= Stage::Draining
    }

    /// Returns once the end has begun.
    pub(super) async fn draining(&self) {
        self.reached(Stage::Draining).await;
    }

    /// Returns once everything must end.
    pub(super) async fn cut(&self) {
        self.reached(Stage::Now).await;
    }

    pub(super) fn request(&self) -> Counted {
        Counted::new(&self.requests)
    }

    pub(super) fn connection(&self) -> Counted {
        Counted::new(&self.connections)
    }

    /// Returns once no connection is left, or the time to drain is over and the rest was cut.
    pub(super) async fn finished(&self) {
        let mut connections = self.connections.subscribe();
        tokio::select! {
            _ = connections.wait_for(|count| *count == 0) => return,
            () = sleep(self.drain) => self.now(),
            () = self.cut() => {}
        }
        let _ = timeout(CUT, connections.wait_for(|count| *count == 0)).await;
    }
}

impl Counted {
    fn new(counter: &Arc<watch::Sender<usize>>) -> Self {
        counter.send_modify(|count| *count += 1);
        Self(Arc::clone(counter))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
