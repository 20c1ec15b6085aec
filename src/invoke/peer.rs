//! The connection that a request came by, as far as its process and it must know of each other.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::watch, time::timeout};

/// How long the last frames of an answer may take to the socket.
const MOMENT: Duration = Duration::from_millis(250);

/// One connection; the server puts it into the extensions of its requests.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) remote: SocketAddr,
    pub(crate) local: SocketAddr,
    /// How many requests would end if the client left now.
    present: watch::Sender<usize>,
    /// An end that the protocol cannot show must be a reset.
    reset: AtomicBool,
    /// How many answers were broken off that the client does not take.
    stuck: watch::Sender<usize>,
    /// The server ends it, not the client.
    cut: AtomicBool,
}

/// One request whose process ends when its client leaves.
#[derive(Debug)]
pub(crate) struct Present(Arc<Peer>);

impl Peer {
    pub(crate) fn new(remote: SocketAddr, local: SocketAddr) -> Arc<Self> {
        let (reset, cut) = (AtomicBool::new(false), AtomicBool::new(false));
        Arc::new(Self {
            remote,
            local,
            present: watch::Sender::new(0),
            reset,
            stuck: watch::Sender::new(0),
            cut,
        })
    }

    pub(crate) fn enter(self: &Arc<Self>) -> Present {
        self.present.send_modify(|count| *count += 1);
        Present(Arc::clone(self))
    }

    /// Returns once there is a request that a departure would end.
    pub(crate) async fn has_requests(&self) {
        // The sender is `self`, so the channel cannot be closed meanwhile.
        let _ = self.present.subscribe().wait_for(|&count| count > 0).await;
    }

    /// An answer was broken off, and its client takes nothing, so that it does not even hear of it.
    pub(crate) fn stuck(self: &Arc<Self>) -> Stuck {
        self.stuck.send_modify(|count| *count += 1);
        Stuck(Arc::clone(self))
    }

    /// Returns once every one of its requests has been such an answer for a moment, in which the end of another
    /// can leave that was over just before; `requests` counts them.
    pub(crate) async fn is_stuck(&self, requests: impl Fn() -> usize) {
        let is_stuck = |count: &usize| *count > 0 && *count >= requests();
        let mut counted = self.stuck.subscribe();
        loop {
            // The sender is `self`, so the channel cannot be closed meanwhile.
            let _ = counted.wait_for(is_stuck).await;
            if timeout(MOMENT, counted.wait_for(|count| !is_stuck(count))).await.is_err() {
                return;
            }
        }
    }

    /// The number of requests has changed.
    pub(crate) fn recount(&self) {
        self.stuck.send_modify(|_| {});
    }

    pub(crate) fn has_process(&self) -> bool {
        *self.present.borrow() > 0
    }

    /// The server is ending, and with it what still runs here.
    pub(crate) fn cut(&self) {
        self.cut.store(true, Ordering::Release);
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }

    /// Asks for the connection to end in a reset: on HTTP/1.0 a break-off looks like the end otherwise.
    pub(crate) fn break_off(&self) {
        self.reset.store(true, Ordering::Release);
    }

    pub(crate) fn is_broken_off(&self) -> bool {
        self.reset.load(Ordering::Acquire)
    }
}

/// One answer that the client does not take, until it is let go.
#[derive(Debug)]
pub(crate) struct Stuck(Arc<Peer>);

impl Drop for Stuck {
    fn drop(&mut self) {
        self.0.stuck.send_modify(|count| *count -= 1);
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.0.present.send_modify(|count| *count -= 1);
    }
}
