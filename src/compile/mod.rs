//! Builds: the sources of compiled languages, made into programs once for each content and kept in the cache.
//!
//! A [`Build`] answers every request with the program of the source as it is now: the one at hand while nothing
//! has changed, or a wait for the one build that all requests share. What a build is made of (the source, the
//! files that it includes, the compiler and its version, the commands) is hashed into the name under which the
//! `Store` keeps it, so that it is found again after a restart. Knows no request.

mod command;
mod inputs;
mod make;
mod recipe;
mod store;
#[cfg(test)]
mod tests;

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Semaphore, watch};

pub(crate) use self::recipe::{Command, Recipe, Runs, Word};
use self::{inputs::Stamps, make::make};
use crate::{
    failure::{Failure, Kind},
    service::{Builds, Launch},
};

/// One source and the program that was last made of it; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Build {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    recipe: Arc<Recipe>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    made: Option<Arc<Made>>,
    running: Option<Running>,
    old: Old,
}

/// Tells what becomes of the build that runs, and is closed when it has ended.
type Running = watch::Receiver<Option<Arc<Made>>>;

/// What answers while something new is built.
#[derive(Debug, Default)]
enum Old {
    /// Nothing: requests wait.
    #[default]
    Discarded,
    /// The last program that was whole.
    Kept(Option<Arc<Launch>>),
}

/// What became of a build.
#[derive(Debug)]
struct Made {
    /// What it was made of, and for how long it holds.
    stamps: Stamps,
    outcome: Result<Arc<Launch>, Failure>,
}

impl Build {
    pub(crate) fn new(recipe: Recipe) -> Self {
        Self { shared: Arc::new(Shared { recipe: Arc::new(recipe), state: Mutex::default() }) }
    }

    async fn program(&self, gate: &Arc<Semaphore>) -> Result<Arc<Launch>, Failure> {
        let mut last = None;
        // The build that was waited for may have been begun before this request and an edit before that. The second
        // was not.
        for _ in 0..2 {
            if let Some(outcome) = self.now(gate) {
                return outcome;
            }
            let mut running = self.join_or_begin(&mut self.shared.lock(), gate);
            // Its own outcome, whatever another who waited for it has begun since. There is none where the task was
            // dropped.
            last = running.wait_for(Option::is_some).await.ok().and_then(|made| made.clone());
            if !last.as_ref().is_some_and(|made| made.stamps.are_outdated()) {
                break;
            }
        }
        last.map_or_else(
            || Err(Failure::new(Kind::Internal, "the build was given up").remedy("try again")),
            |made| made.outcome.clone(),
        )
    }

    /// The build that runs, begun where none does. It is a task of its own: a client that leaves ends no build
    /// that others wait for.
    fn join_or_begin(&self, state: &mut State, gate: &Arc<Semaphore>) -> Running {
        if let Some(running) = state.running.as_ref().filter(|running| running.has_changed().is_ok()) {
            return running.clone();
        }
        let (ending, running) = watch::channel(None);
        state.running = Some(running.clone());
        state.made = None;
        let (shared, gate) = (Arc::clone(&self.shared), Arc::clone(gate));
        tokio::spawn(async move {
            let _permit = gate.acquire_owned().await;
            let made = make(&shared.recipe).await;
            let mut state = shared.lock();
            match (&mut state.old, &made.outcome) {
                (Old::Kept(old), Ok(launch)) => *old = Some(Arc::clone(launch)),
                // It is no request's answer while there is an old version.
                (Old::Kept(Some(_)), Err(failure)) if !made.stamps.hold() => {
                    tracing::error!(target: "stack::build", "the old version goes on: {failure}");
                }
                _ => {}
            }
            let made = Arc::new(made);
            state.made = Some(Arc::clone(&made));
            ending.send_replace(Some(made));
            // Before the state is free: nobody joins what has ended.
            drop(ending);
        });
        running
    }
}

impl Builds for Build {
    fn launch<'a>(
        &'a self,
        gate: &'a Arc<Semaphore>,
    ) -> Pin<Box<dyn Future<Output = Result<Arc<Launch>, Failure>> + Send + 'a>> {
        Box::pin(self.program(gate))
    }

    fn now(&self, gate: &Arc<Semaphore>) -> Option<Result<Arc<Launch>, Failure>> {
        let mut state = self.shared.lock();
        if let Some(made) = state.current() {
            return Some(made.outcome.clone());
        }
        let Old::Kept(Some(launch)) = &state.old else { return None };
        let launch = Arc::clone(launch);
        self.join_or_begin(&mut state, gate);
        Some(Ok(launch))
    }

    fn begin(&self, gate: &Arc<Semaphore>) {
        let mut state = self.shared.lock();
        if state.current().is_none() {
            self.join_or_begin(&mut state, gate);
        }
    }

    fn last(&self) -> Option<Arc<Launch>> {
        match &self.shared.lock().old {
            Old::Kept(old) => old.clone(),
            Old::Discarded => None,
        }
    }

    fn keep(&self, old: Option<Arc<Launch>>) {
        self.shared.lock().old = Old::Kept(old);
    }
}

impl State {
    /// What was made of the source as it is now.
    fn current(&self) -> Option<&Made> {
        self.made.as_deref().filter(|made| made.stamps.hold())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
