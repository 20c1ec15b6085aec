//! One service in its place among others: its route, and what of a request is decided by the set it stands in.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::{
    current::Current,
    failure::Failure,
    pattern::Pattern,
    receipt::Report,
    service::Service,
    slots::{Bounds, Slots},
};

/// A service with what belongs to its place: methods, gates, headers, bounds of its own.
///
/// A plain [`Service`] is a route without any of these.
///
/// ```no_run
/// # fn main() -> Result<(), stackvana::Error> {
/// use http::Method;
/// use stackvana::{Route, Service, Stack};
///
/// let users = Service::builder().file("./users.py").build()?;
/// let auth = Service::builder().file("./auth.js").build()?;
/// let route = Route::new(users).methods([Method::GET, Method::POST]).before(auth).max_processes(8);
/// let stack = Stack::builder().route("/users/[id]", route).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a route answers nothing before it is part of a `Stack`"]
pub struct Route {
    service: Service,
    gates: Vec<Service>,
    methods: Vec<Method>,
    headers: HeaderMap,
    max_processes: Option<usize>,
}

impl Route {
    /// That service, for all methods.
    pub fn new(service: Service) -> Self {
        Self {
            service,
            gates: Vec::new(),
            methods: Vec::new(),
            headers: HeaderMap::new(),
            max_processes: None,
        }
    }

    /// Answers these methods only, and HEAD where GET is one of them; any other is refused with 405.
    pub fn methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.methods = methods.into_iter().collect();
        self
    }

    /// Runs that service first, after those that were named before; see `docs/gates.md`.
    ///
    /// One that sets a status answers the request itself. One that sets none passes it on: its output comes before
    /// that of the service, and its headers stay.
    pub fn before(mut self, gate: Service) -> Self {
        self.gates.push(gate);
        self
    }

    /// Adds a header to every answer that has none of that name.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use http::{HeaderValue, Request, header::CACHE_CONTROL};
    /// use stackvana::{Route, Service, Stack};
    ///
    /// let now = Service::builder().command(["date"]).build()?;
    /// let route = Route::new(now).header(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    /// let stack = Stack::builder().route("/now", route).build()?;
    /// let request = Request::get("/now").header("Host", "localhost").body(String::new())?;
    /// assert_eq!(stack.answer(request).await.headers()["cache-control"], "no-store");
    /// # Ok(())
    /// # }
    /// ```
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// How many of its processes may live at once, within the bound of all; the rest waits.
    pub fn max_processes(mut self, most: usize) -> Self {
        self.max_processes = Some(most);
        self
    }
}

impl From<Service> for Route {
    fn from(service: Service) -> Self {
        Self::new(service)
    }
}

/// A route at work.
pub(crate) struct Mount {
    /// None for one that answers every path.
    pub(crate) pattern: Option<Pattern>,
    pub(crate) current: Arc<Current>,
    pub(crate) gates: Vec<Arc<Current>>,
    /// Empty for all.
    pub(crate) methods: Vec<Method>,
    pub(crate) headers: HeaderMap,
    /// The bounds of the service itself.
    pub(crate) slots: Option<Arc<Slots>>,
    /// What it was made of, where that can be compared with what stands on the disk later.
    #[cfg(feature = "cli")]
    pub(crate) place: Option<crate::find::Place>,
    /// Which other origins may read its answers; none where it does not say so itself.
    #[cfg(feature = "cli")]
    pub(crate) cors: Option<Option<tower_http::cors::CorsLayer>>,
    last: Mutex<Option<LastRun>>,
}

/// How the last request of a service ended.
#[derive(Clone, Debug)]
pub(crate) struct LastRun {
    pub(crate) at: SystemTime,
    pub(crate) status: u16,
    pub(crate) time: Duration,
    pub(crate) reason: String,
    pub(crate) broken_off: bool,
}

impl Mount {
    /// The route under that pattern, or for every path. A set with bounds like `bounds` is around it.
    pub(crate) fn new(pattern: Option<Pattern>, route: Route, bounds: Bounds) -> Self {
        let Route { service, gates, methods, headers, max_processes } = route;
        let fixed = |service| Arc::new(Current::new(service));
        Self {
            gates: gates.into_iter().map(fixed).collect(),
            methods,
            headers,
            slots: max_processes.map(|alive| Slots::new(Bounds { alive, ..bounds })),
            ..Self::of(pattern, fixed(service))
        }
    }

    /// A mount with nothing but its service.
    pub(crate) fn of(pattern: Option<Pattern>, current: Arc<Current>) -> Self {
        Self {
            pattern,
            current,
            gates: Vec::new(),
            methods: Vec::new(),
            headers: HeaderMap::new(),
            slots: None,
            #[cfg(feature = "cli")]
            place: None,
            #[cfg(feature = "cli")]
            cors: None,
            last: Mutex::default(),
        }
    }

    /// The service for the next request, and those that run before it.
    ///
    /// # Errors
    /// Why one of them is not there.
    pub(crate) async fn found(&self) -> Result<(Service, Vec<Service>), Failure> {
        let service = self.current.get().await?;
        let mut gates = Vec::with_capacity(self.gates.len());
        for gate in &self.gates {
            gates.push(gate.get().await?);
        }
        Ok((service, gates))
    }

    /// Whether it answers that method.
    pub(crate) fn takes(&self, method: &Method) -> bool {
        let is_named = |named: &Method| named == method || (named == Method::GET && method == Method::HEAD);
        self.methods.is_empty() || self.methods.iter().any(is_named)
    }

    /// Whether there is a method that both answer.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.methods.is_empty()
            || other.methods.is_empty()
            || self.methods.iter().any(|method| other.takes(method))
            || other.methods.iter().any(|method| self.takes(method))
    }

    /// Remembers how a request ended.
    pub(crate) fn ran(&self, report: &Report) {
        let last = LastRun {
            at: SystemTime::now(),
            status: report.status,
            time: report.time,
            reason: report.reason.clone(),
            broken_off: report.broken_off,
        };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
    }

    /// How its last request ended; none before the first.
    pub(crate) fn last_run(&self) -> Option<LastRun> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mount")
            .field("pattern", &self.pattern)
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}
