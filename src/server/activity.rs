//! What a connection is doing, and how long it may go on doing it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{sync::Notify, time::sleep_until};

use crate::invoke::Peer;

/// How long a client may take for the head of a request.
const HEAD: Duration = Duration::from_secs(30);
/// How long a connection may wait for its next request. Proxies keep theirs for 60 s, and must not find ours
/// closed at the moment they use one.
const IDLE: Duration = Duration::from_secs(75);

/// One connection's state and its clock.
#[derive(Debug)]
pub(super) struct Activity {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Clone, Copy, Debug)]
struct State {
    requests: usize,
    /// HTTP/2 sends frames of its own while no request is on its way.
    is_http2: bool,
    waits: Waits,
    /// Since when the client takes nothing of what is there for it.
    blocked: Option<Instant>,
}

/// What a write found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Some,
    None,
}

#[derive(Clone, Copy, Debug)]
enum Waits {
    /// For the rest of a head whose first byte, or connection, came then.
    ForHead(Instant),
    /// For the next request, since the last answer ended.
    ForRequest(Instant),
}

impl Activity {
    /// A new connection: its first head is due.
    pub(super) fn new() -> Self {
        let state =
            State { requests: 0, is_http2: false, waits: Waits::ForHead(Instant::now()), blocked: None };
        Self { state: Mutex::new(state), changed: Notify::new() }
    }

    /// Bytes came in.
    pub(super) fn received(&self) {
        let mut state = self.lock();
        if state.requests == 0
            && !state.is_http2
            && let Waits::ForRequest(_) = state.waits
        {
            state.waits = Waits::ForHead(Instant::now());
            drop(state);
            self.changed.notify_one();
        }
    }

    /// A write found room, or none.
    pub(super) fn wrote(&self, room: Room) {
        let mut state = self.lock();
        let was_blocked = state.blocked.is_some();
        match room {
            Room::Some => state.blocked = None,
            Room::None => {
                state.blocked.get_or_insert_with(Instant::now);
            }
        }
        let is_blocked = state.blocked.is_some();
        drop(state);
        if was_blocked != is_blocked {
            self.changed.notify_one();
        }
    }

    pub(super) fn requests(&self) -> usize {
        self.lock().requests
    }

    /// Whether nothing but a head that is not complete has come since the last answer.
    pub(super) fn waits_for_head(&self) -> bool {
        let state = self.lock();
        state.requests == 0 && matches!(state.waits, Waits::ForHead(_))
    }

    /// A request's head is complete.
    pub(super) fn begin(&self, is_http2: bool) {
        let mut state = self.lock();
        state.requests += 1;
        state.is_http2 |= is_http2;
    }

    /// An answer was sent, or given up.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.requests = state.requests.saturating_sub(1);
        state.waits = Waits::ForRequest(Instant::now());
        drop(state);
        self.changed.notify_one();
    }

    /// Returns once the connection has waited for too long. While requests run it does not, unless no process
    /// is left and the client takes nothing of the answer; while one runs, its own limits hold.
    pub(super) async fn expired(&self, peer: &Peer) {
        loop {
            match self.deadline(peer) {
                Some(at) if at <= Instant::now() => return,
                Some(at) => tokio::select! {
                    () = sleep_until(at.into()) => {}
                    () = self.changed.notified() => {}
                },
                None => self.changed.notified().await,
            }
        }
    }

    fn deadline(&self, peer: &Peer) -> Option<Instant> {
        let state = self.lock();
        match state.waits {
            // A process that ends meanwhile tells nobody here, so its absence is looked for at each deadline.
            _ if state.requests > 0 && peer.has_process() => state.blocked.map(|_| Instant::now() + IDLE),
            _ if state.requests > 0 => state.blocked.map(|since| since + IDLE),
            Waits::ForHead(since) => Some(since + HEAD),
            Waits::ForRequest(since) => Some(since + IDLE),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
