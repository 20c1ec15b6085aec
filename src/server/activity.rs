//! What a connection is doing, and how long it may go on doing it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{sync::Notify, time::sleep_until};

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
        let state = State { requests: 0, is_http2: false, waits: Waits::ForHead(Instant::now()) };
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

    /// Returns once the connection has waited for too long; while requests run it does not wait.
    pub(super) async fn expired(&self) {
        loop {
            match self.deadline() {
                Some(at) if at <= Instant::now() => return,
                Some(at) => tokio::select! {
                    () = sleep_until(at.into()) => {}
                    () = self.changed.notified() => {}
                },
                None => self.changed.notified().await,
            }
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let state = self.lock();
        match state.waits {
            _ if state.requests > 0 => None,
            Waits::ForHead(since) => Some(since + HEAD),
            Waits::ForRequest(since) => Some(since + IDLE),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
