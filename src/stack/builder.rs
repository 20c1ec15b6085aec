//! The services and bounds of a [`Stack`], on the way to one.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, atomic::AtomicBool},
    time::Duration,
};

use tokio::sync::watch;
#[cfg(feature = "cli")]
use tower_http::cors::CorsLayer;

use super::{Shared, Stack};
#[cfg(feature = "cli")]
use crate::pages::Pages;
use crate::{
    budget::Budget,
    error::{Error, ErrorKind},
    invoke::Resources,
    mount::{Mount, Route},
    pattern::Pattern,
    routes::Routes,
    service::{Errors, Service},
    slots::{Bounds, Slots},
    spool,
};

/// Bytes of all parsed bodies together, unless the builder says otherwise.
pub(crate) const BUFFERED: usize = 256 << 20;
/// What spares may take together unless somebody says otherwise.
pub(crate) const WARM_MEMORY: u64 = 256 << 20;

/// The services and bounds of a [`Stack`], on the way to one; made by [`Stack::builder`].
///
/// Routes are written as `/users/[id]` and `/files/[...rest]`: `[id]` stands for one segment of the path,
/// `[...rest]` at the end for one or more; both become parameters of the service.
///
/// ```no_run
/// # fn main() -> Result<(), stackvana::Error> {
/// use stackvana::{Service, Stack};
///
/// let stack = Stack::builder()
///     .route("/users/[id]", Service::builder().file("./users.py").build()?)
///     .route("/files/[...path]", Service::builder().file("./files.rb").build()?)
///     .max_processes(64)
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// What is more than the bounds allow is refused:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use std::time::Duration;
/// # use stackvana::{Service, Stack};
/// let slow = Service::builder().command(["/bin/sh", "-c", "echo begun; sleep 60"]).build()?;
/// let stack = Stack::builder()
///     .service(slow)
///     .max_processes(1)
///     .queue(0, Duration::ZERO)
///     .max_buffered(64 << 20)
///     .warm_memory(64 << 20)
///     .temp_dir("/var/tmp")
///     .build()?;
/// let request = || http::Request::get("/").header("Host", "localhost").body(String::new());
/// let first = stack.answer(request()?).await;
/// assert_eq!(stack.answer(request()?).await.status(), 503);
/// drop(first);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a builder makes nothing before `build`"]
pub struct StackBuilder {
    services: Vec<(Option<String>, Route)>,
    bounds: Bounds,
    buffered: usize,
    temp: PathBuf,
    warm: u64,
    errors: Errors,
    #[cfg(feature = "cli")]
    pages: Option<Pages>,
    #[cfg(feature = "cli")]
    cors: Option<CorsLayer>,
}

impl StackBuilder {
    pub(super) fn new() -> Self {
        Self {
            services: Vec::new(),
            bounds: Bounds::default(),
            buffered: BUFFERED,
            temp: std::env::temp_dir(),
            warm: WARM_MEMORY,
            errors: Errors::default(),
            #[cfg(feature = "cli")]
            pages: None,
            #[cfg(feature = "cli")]
            cors: None,
        }
    }

    /// Answers every path that has no route of its own by that service.
    pub fn service(mut self, service: impl Into<Route>) -> Self {
        self.services.push((None, service.into()));
        self
    }

    /// Answers the paths of that route by that service.
    ///
    /// ```
    /// # fn main() -> Result<(), stackvana::Error> {
    /// use stackvana::{Service, Stack};
    ///
    /// let hello = Service::builder().command(["echo", "hello"]).build()?;
    /// let twice = Stack::builder().route("/a/[id]", hello.clone()).route("/a/[name]", hello);
    /// assert!(twice.build().unwrap_err().is_invalid_setting());
    /// # Ok(())
    /// # }
    /// ```
    pub fn route(mut self, path: impl Into<String>, service: impl Into<Route>) -> Self {
        self.services.push((Some(path.into()), service.into()));
        self
    }

    /// How many processes may be alive at once; 256.
    pub fn max_processes(mut self, most: usize) -> Self {
        self.bounds.alive = most;
        self
    }

    /// How many requests may wait for a process, and for how long; 256 and 10 s.
    pub fn queue(mut self, most: usize, patience: Duration) -> Self {
        (self.bounds.queue, self.bounds.patience) = (most, patience);
        self
    }

    /// How many bytes all bodies that are parsed may take together; 256 MiB.
    pub fn max_buffered(mut self, bytes: usize) -> Self {
        self.buffered = bytes;
        self
    }

    /// Where uploads are kept while their request runs; the system's folder for temporary files.
    pub fn temp_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.temp = folder.into();
        self
    }

    /// How many bytes of memory all spares may take together; 256 MiB. See [`Warm`](crate::Warm).
    pub fn warm_memory(mut self, bytes: u64) -> Self {
        self.warm = bytes;
        self
    }

    /// Sends these files where no service answers.
    #[cfg(feature = "cli")]
    pub(crate) fn pages(mut self, pages: Option<Pages>) -> Self {
        self.pages = pages;
        self
    }

    /// Lets other origins read the answers of services that do not say so themselves.
    #[cfg(feature = "cli")]
    pub(crate) fn cors(mut self, layer: Option<CorsLayer>) -> Self {
        self.cors = layer;
        self
    }

    /// The stack. Removes what a server that was killed has left in the folder for uploads.
    ///
    /// # Errors
    ///
    /// When there is no service, a route is none, or two services answer the same path and method.
    pub fn build(self) -> Result<Stack, Error> {
        if self.services.is_empty() {
            let error = Error::new(ErrorKind::NothingToServe, "a stack without a service answers nothing");
            return Err(error.remedy("give it one with `service` or `route`"));
        }
        let (bounds, errors) = (self.bounds, self.errors);
        let mounts = self.services.iter().map(|(path, route)| {
            let pattern = path.as_deref().map(Pattern::parse).transpose()?;
            Ok(Arc::new(Mount::new(pattern, route.clone(), bounds)))
        });
        let mounts = mounts.collect::<Result<Vec<_>, Error>>()?;
        let routes = Routes::new(mounts, errors)?;
        Ok(self.with(routes))
    }

    /// The stack of these routes, whatever services were named.
    pub(crate) fn with(self, routes: Routes) -> Stack {
        spool::sweep(&self.temp);
        let (slots, budget) = (Slots::new(self.bounds), Budget::new(self.buffered));
        let shared = Shared {
            routes: watch::Sender::new(Arc::new(routes)),
            resources: Resources::new(slots, budget, self.temp, self.warm),
            draining: AtomicBool::new(false),
            #[cfg(feature = "cli")]
            pages: self.pages,
            #[cfg(feature = "cli")]
            cors: self.cors,
            trouble: Mutex::default(),
        };
        Stack { shared: Arc::new(shared) }
    }

    /// The stack of one service that needs nothing else.
    pub(crate) fn lone(self, service: Service) -> Stack {
        let mount = Arc::new(Mount::new(None, service.into(), self.bounds));
        let routes = Routes::new([mount], self.errors);
        self.with(routes.expect("one service cannot meet another"))
    }
}

/// The resources of all calls of [`spawn`](super::spawn).
pub(super) fn shared_resources() -> Arc<Resources> {
    let (slots, budget) = (Slots::new(Bounds::default()), Budget::new(BUFFERED));
    Resources::new(slots, budget, std::env::temp_dir(), WARM_MEMORY)
}
