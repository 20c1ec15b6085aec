//! The service that answers now: one for good, or one that is found anew when its file changed, or when it was not
//! there before.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{cache::Stamp, error::Error, failure::Failure, service::Service, spool::off_thread};

/// Finds the service again, as it was found first.
type Find = dyn Fn() -> Result<Service, Error> + Send + Sync;

/// A service that can be renewed while requests run on the old one.
pub(crate) struct Current {
    state: Mutex<State>,
    /// Held while the service is found anew, so that one change is one search.
    renewing: Mutex<()>,
}

struct State {
    service: Result<Service, Arc<Error>>,
    stamp: Option<Stamp>,
    find: Option<Arc<Find>>,
    watches: bool,
    /// How often it was looked for.
    searches: u64,
}

impl Current {
    /// This service and no other.
    pub(crate) fn new(service: Service) -> Self {
        Self::starting(Ok(service), None)
    }

    /// This service, or none for that reason; `find` finds it again, at [`Self::renew`], and at each request while
    /// it is not there.
    pub(crate) fn found_by(
        first: Result<Service, Error>,
        find: impl Fn() -> Result<Service, Error> + Send + Sync + 'static,
    ) -> Self {
        Self::starting(first.map_err(Arc::new), Some(Arc::new(find)))
    }

    fn starting(service: Result<Service, Arc<Error>>, find: Option<Arc<Find>>) -> Self {
        let stamp = service.as_ref().ok().and_then(stamp);
        let state = State { service, stamp, find, watches: false, searches: 0 };
        Self { state: Mutex::new(state), renewing: Mutex::default() }
    }

    /// From now on every request looks whether the file has changed; of a source that is built, the old program
    /// answers until the new one is whole.
    pub(crate) fn watch(&self) {
        let mut state = self.lock();
        state.watches = true;
        if let Ok(service) = &state.service {
            service.spec().start.keep(None);
        }
    }

    /// The service for the next request.
    ///
    /// # Errors
    /// Why there is none: its interpreter is missing, and was looked for just now.
    pub(crate) async fn get(self: &Arc<Self>) -> Result<Service, Failure> {
        let searches = {
            let state = self.lock();
            if let Some(service) = state.unchanged() {
                return Ok(service);
            }
            state.searches
        };
        let current = Arc::clone(self);
        off_thread(move || current.found_after(searches).map_err(|error| error.failure())).await
    }

    /// The service as it was found last, or why there is none.
    pub(crate) fn last(&self) -> Result<Service, Arc<Error>> {
        self.lock().service.clone()
    }

    /// Finds the service again; a failure keeps the old one and goes to the log.
    pub(crate) fn renew(&self) {
        let _renewing = self.renewing.lock().unwrap_or_else(PoisonError::into_inner);
        self.find_again();
    }

    /// What a search finds that begins after so many: this one, unless another request has made it meanwhile.
    fn found_after(&self, searches: u64) -> Result<Service, Arc<Error>> {
        let _renewing = self.renewing.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = {
            let state = self.lock();
            state.unchanged().is_some() || (state.service.is_err() && state.searches > searches)
        };
        if !is_known {
            self.find_again();
        }
        self.last()
    }

    fn find_again(&self) {
        let (find, seen) = {
            let mut state = self.lock();
            state.searches += 1;
            // Before the file is read: a change from now on is seen by the next request.
            (state.find.clone(), state.service.as_ref().ok().and_then(stamp))
        };
        let Some(find) = find else { return };
        let found = find();
        let mut state = self.lock();
        match found {
            Ok(service) => {
                state.replace(service, seen);
            }
            Err(error) if state.service.is_err() => state.service = Err(Arc::new(error)),
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
    /// The service, unless it is not there, or is watched and its file has changed; a file that is gone has not.
    fn unchanged(&self) -> Option<Service> {
        let service = self.service.as_ref().ok()?;
        let changed = self.watches && stamp(service).is_some_and(|stamp| Some(stamp) != self.stamp);
        (!changed).then(|| service.clone())
    }

    fn replace(&mut self, service: Service, seen: Option<Stamp>) {
        let old = self.service.as_ref().ok();
        if let Some(file) = service.spec().file.as_deref().filter(|_| seen != self.stamp) {
            tracing::info!(target: "stack::reload", "{} has changed", file.display());
        }
        if self.watches {
            service.spec().start.keep(old.map(|old| &old.spec().start));
        }
        // Code that was given as text has another file now.
        let is_same_file = old.is_some_and(|old| old.spec().file == service.spec().file);
        self.stamp = if is_same_file { seen } else { stamp(&service) };
        self.service = Ok(service);
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
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
    };

    use tokio::task::JoinSet;

    use super::Current;
    use crate::{
        error::{Error, ErrorKind},
        service::Service,
    };

    /// A service of one script, and how often it was looked for again.
    struct Watched {
        folder: tempfile::TempDir,
        current: Arc<Current>,
        searches: Arc<AtomicUsize>,
    }

    impl Watched {
        fn new(first: impl FnOnce(&str) -> Result<Service, Error>) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let script = folder.path().join("x.sh").to_str().unwrap().to_owned();
            fs::write(&script, "echo").unwrap();
            let searches = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&searches);
            let first = first(&script);
            let current = Arc::new(Current::found_by(first, move || {
                counted.fetch_add(1, Ordering::Relaxed);
                Service::builder().file(&script).build()
            }));
            current.watch();
            Self { folder, current, searches }
        }

        /// Eight requests at once.
        async fn ask(&self) {
            let mut asking = JoinSet::new();
            for _ in 0..8 {
                let current = Arc::clone(&self.current);
                asking.spawn(async move { current.get().await.unwrap() });
            }
            asking.join_all().await;
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_change_is_one_search_however_many_ask() {
        let watched = Watched::new(|script| Service::builder().file(script).build());
        watched.ask().await;
        assert_eq!(watched.searches.load(Ordering::Relaxed), 0);
        fs::write(watched.folder.path().join("x.sh"), "echo two").unwrap();
        watched.ask().await;
        assert_eq!(watched.searches.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn row_25_what_is_missing_is_looked_for_at_the_next_request() {
        let missing = |_: &str| Err(Error::new(ErrorKind::MissingInterpreter, "x.rb needs ruby"));
        let watched = Watched::new(missing);
        assert!(watched.current.last().is_err());
        watched.ask().await;
        assert_eq!(watched.searches.load(Ordering::Relaxed), 1);
        assert_eq!(watched.current.last().unwrap().name(), "bash");
    }
}
