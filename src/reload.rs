//! The service that answers now: one for good, or one that is found anew when its file changed.

use std::{
    fs::Metadata,
    os::unix::fs::MetadataExt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{error::Error, service::Service};

/// Finds the service again, as it was found first.
type Find = dyn Fn() -> Result<Service, Error> + Send + Sync;

/// A service that can be renewed while requests run on the old one.
pub(crate) struct Current {
    state: Mutex<State>,
}

struct State {
    service: Service,
    stamp: Option<Stamp>,
    find: Option<Arc<Find>>,
    watches: bool,
}

/// What changes when a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: (i64, i64),
    size: u64,
    inode: u64,
}

impl Current {
    pub(crate) fn new(service: Service) -> Self {
        let stamp = service.spec().file.as_deref().and_then(Stamp::of);
        Self { state: Mutex::new(State { service, stamp, find: None, watches: false }) }
    }

    /// How to find the service again at [`Self::renew`].
    pub(crate) fn found_by(&self, find: impl Fn() -> Result<Service, Error> + Send + Sync + 'static) {
        self.lock().find = Some(Arc::new(find));
    }

    /// From now on every request looks whether the file has changed.
    pub(crate) fn watch(&self) {
        self.lock().watches = true;
    }

    /// The service for the next request.
    pub(crate) fn get(&self) -> Service {
        let state = self.lock();
        if !state.watches {
            return state.service.clone();
        }
        let stamp = state.service.spec().file.as_deref().and_then(Stamp::of);
        if stamp == state.stamp || stamp.is_none() {
            return state.service.clone();
        }
        drop(state);
        self.renew();
        self.lock().service.clone()
    }

    /// Finds the service again; a failure keeps the old one and goes to the log.
    pub(crate) fn renew(&self) {
        let Some(find) = self.lock().find.clone() else { return };
        let found = find();
        let mut state = self.lock();
        match found {
            Ok(service) => {
                let stamp = service.spec().file.as_deref().and_then(Stamp::of);
                if let Some(file) = service.spec().file.as_deref().filter(|_| stamp != state.stamp) {
                    tracing::info!(target: "stack::reload", "{} has changed", file.display());
                }
                state.stamp = stamp;
                state.service = service;
            }
            Err(error) => {
                // The same broken state is not looked at again.
                state.stamp = state.service.spec().file.as_deref().and_then(Stamp::of);
                tracing::error!(target: "stack::reload", "the old version goes on: {error}");
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stamp {
    fn of(file: &Path) -> Option<Self> {
        let about: Metadata = file.metadata().ok()?;
        Some(Self { modified: (about.mtime(), about.mtime_nsec()), size: about.size(), inode: about.ino() })
    }
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.lock().service.fmt(f)
    }
}
