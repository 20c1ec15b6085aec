//! The service that answers now: one for good, or one that is found anew when its file changed.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{cache::Stamp, error::Error, service::Service};

/// Finds the service again, as it was found first.
type Find = dyn Fn() -> Result<Service, Error> + Send + Sync;

/// A service that can be renewed while requests run on the old one.
pub(crate) struct Current {
    state: Mutex<State>,
    /// Held while the service is found anew, so that one change is one search.
    renewing: Mutex<()>,
}

struct State {
    service: Service,
    stamp: Option<Stamp>,
    find: Option<Arc<Find>>,
    watches: bool,
}

impl Current {
    pub(crate) fn new(service: Service) -> Self {
        let stamp = stamp(&service);
        let state = State { service, stamp, find: None, watches: false };
        Self { state: Mutex::new(state), renewing: Mutex::default() }
    }

    /// How to find the service again at [`Self::renew`].
    pub(crate) fn found_by(&self, find: impl Fn() -> Result<Service, Error> + Send + Sync + 'static) {
        self.lock().find = Some(Arc::new(find));
    }

    /// From now on every request looks whether the file has changed; of a source that is built, the old program
    /// answers until the new one is whole.
    pub(crate) fn watch(&self) {
        let mut state = self.lock();
        state.watches = true;
        state.service.spec().start.keep(None);
    }

    /// The service for the next request.
    pub(crate) fn get(&self) -> Service {
        if let Some(service) = self.lock().unchanged() {
            return service;
        }
        let _renewing = self.renewing.lock().unwrap_or_else(PoisonError::into_inner);
        // Another request may have seen the change first.
        if let Some(service) = self.lock().unchanged() {
            return service;
        }
        self.find_again();
        self.lock().service.clone()
    }

    /// Finds the service again; a failure keeps the old one and goes to the log.
    pub(crate) fn renew(&self) {
        let _renewing = self.renewing.lock().unwrap_or_else(PoisonError::into_inner);
        self.find_again();
    }

    fn find_again(&self) {
        let (find, seen) = {
            let state = self.lock();
            // Before the file is read: a change from now on is seen by the next request.
            (state.find.clone(), stamp(&state.service))
        };
        let Some(find) = find else { return };
        let found = find();
        let mut state = self.lock();
        match found {
            Ok(service) => {
                if let Some(file) = service.spec().file.as_deref().filter(|_| seen != state.stamp) {
                    tracing::info!(target: "stack::reload", "{} has changed", file.display());
                }
                if state.watches {
                    service.spec().start.keep(Some(&state.service.spec().start));
                }
                // Code that was given as text has another file now.
                let is_same_file = service.spec().file == state.service.spec().file;
                state.stamp = if is_same_file { seen } else { stamp(&service) };
                state.service = service;
            }
            Err(error) => {
                // The same broken state is not looked at again.
                state.stamp = seen;
                tracing::error!(target: "stack::reload", "the old version goes on: {error}");
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The service, unless it is watched and its file has changed; a file that is gone has not.
    fn unchanged(&self) -> Option<Service> {
        let changed = self.watches && stamp(&self.service).is_some_and(|stamp| Some(stamp) != self.stamp);
        (!changed).then(|| self.service.clone())
    }
}

fn stamp(service: &Service) -> Option<Stamp> {
    service.spec().file.as_deref().and_then(Stamp::of)
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.lock().service.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        sync::{
            Arc, Barrier,
            atomic::{AtomicUsize, Ordering},
        },
        thread,
    };

    use super::Current;
    use crate::service::Service;

    #[test]
    fn one_change_is_one_search_however_many_ask() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("x.sh");
        fs::write(&script, "echo").unwrap();
        let (searches, asking) = (Arc::new(AtomicUsize::new(0)), Barrier::new(8));
        let current = Current::new(Service::builder().file(&script).build().unwrap());
        let (counted, found) = (Arc::clone(&searches), script.clone());
        current.found_by(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            Service::builder().file(&found).build()
        });
        current.watch();
        current.get();
        assert_eq!(searches.load(Ordering::Relaxed), 0);
        fs::write(&script, "echo two").unwrap();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    asking.wait();
                    current.get();
                });
            }
        });
        assert_eq!(searches.load(Ordering::Relaxed), 1);
    }
}
