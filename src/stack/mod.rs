//! `Stack`: services by their routes and with their limits, as a `tower::Service`; and `spawn`, one request
//! without it.

mod answer;
mod builder;
#[cfg(feature = "cli")]
pub(crate) mod cors;
mod index;
mod layer;

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use http::{Request, Response};
use http_body_util::BodyExt;
use tokio::sync::watch;
#[cfg(feature = "cli")]
use tower_http::cors::CorsLayer;
use tower_service::Service as TowerService;

#[cfg(feature = "cli")]
pub(crate) use self::builder::{BUFFERED, WARM_MEMORY};
pub use self::{builder::StackBuilder, layer::Layered};
#[cfg(feature = "cli")]
use crate::pages::Pages;
use crate::{
    invoke::{Resources, ahead, invoke},
    receive::Incoming,
    respond::Body,
    routes::Routes,
    service::Service,
};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Answers requests by services, with bounds on processes, queue and memory.
///
/// It is a [`tower::Service`](tower_service::Service) whose error is [`Infallible`], because every failure is
/// already a response; and a [`tower::Layer`](tower_layer::Layer), which hands on what it has no route for.
/// Cloning is cheap, and clones share the bounds. Shutting down, metrics and the log are the host's: a request
/// ends when its future or the body of its response is dropped, and each is told by `tracing` events.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use http_body_util::BodyExt;
/// use stackvana::{Service, Stack};
///
/// let stack = Stack::new(Service::builder().command(["sort"]).build()?);
/// let request = http::Request::post("/").header("Host", "localhost").body("b\na\n".to_owned())?;
/// let response = stack.answer(request).await;
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.into_body().collect().await?.to_bytes(), "a\nb\n");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Stack {
    shared: Arc<Shared>,
}

struct Shared {
    /// Replaced whole; who has begun with the old ones goes on with them.
    routes: watch::Sender<Arc<Routes>>,
    resources: Arc<Resources>,
    draining: AtomicBool,
    /// Files that are sent where no service answers.
    #[cfg(feature = "cli")]
    pages: Option<Pages>,
    /// Which other origins may read the answers of services that do not say so themselves.
    #[cfg(feature = "cli")]
    cors: Option<CorsLayer>,
    /// Why the services are older than what stands on the disk, when they are.
    trouble: Mutex<Option<String>>,
}

impl Shared {
    fn routes(&self) -> Arc<Routes> {
        Arc::clone(&self.routes.borrow())
    }
}

impl Stack {
    /// A stack that answers every path by that service, with the default bounds: 256 processes, a queue of 256 for
    /// 10 s, 256 MiB of parsed bodies.
    #[must_use]
    pub fn new(service: Service) -> Self {
        StackBuilder::new().lone(service)
    }

    /// A stack of several services, or with other bounds.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sort = stackvana::Service::builder().command(["sort"]).build()?;
    /// let stack = stackvana::Stack::builder().route("/sort", sort).build()?;
    /// let request = http::Request::get("/other").header("Host", "localhost").body(String::new())?;
    /// assert_eq!(stack.answer(request).await.status(), 404);
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> StackBuilder {
        StackBuilder::new()
    }

    /// Answers one request. Dropping the future, or the body of its response, ends the process.
    ///
    /// The response's extensions hold a [`Receipt`](crate::Receipt).
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body + Send + 'static,
        B::Data: Buf + Send,
        B::Error: Into<BoxError>,
    {
        let shared = Arc::clone(&self.shared);
        answer::answer(shared, request.map(boxed)).await
    }

    /// From now on every request is refused with 503; those that run go on.
    pub(crate) fn drain(&self) {
        self.shared.draining.store(true, Ordering::Release);
    }

    /// Returns once no process is left, also none that had answered already.
    pub(crate) async fn emptied(&self) {
        self.shared.resources.slots.emptied().await;
    }

    /// Begins the builds of services that need one, so that their first requests wait less; and the first spare of a
    /// service that stands alone. Those of others wait for their first request.
    pub(crate) fn prepare(&self) {
        let resources = &self.shared.resources;
        let routes = self.routes();
        for service in routes.mounts().iter().filter_map(|mount| mount.current.last().ok()) {
            let spec = service.spec();
            spec.start.begin(&resources.builders);
            if let [_] = routes.mounts() {
                let (resources, spec) = (Arc::clone(resources), Arc::clone(spec));
                tokio::spawn(async move {
                    if let Ok(launch) = spec.start.launch(&resources.builders).await {
                        resources.warm.prepare(&ahead(&spec, &launch));
                    }
                });
            }
        }
    }

    /// Ends all spares, since what they have loaded may have changed.
    #[cfg(feature = "cli")]
    pub(crate) fn retire_spares(&self) {
        self.shared.resources.warm.retire();
    }

    /// The routes that answer now.
    pub(crate) fn routes(&self) -> Arc<Routes> {
        self.shared.routes()
    }

    /// Answers by these routes from now on; requests that run go on by the old ones.
    pub(crate) fn publish(&self, routes: Routes) {
        self.shared.routes.send_replace(Arc::new(routes));
        self.prepare();
    }

    /// Remembers why newer services could not be published, or that they are.
    pub(crate) fn trouble(&self, trouble: Option<String>) {
        *self.shared.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

/// Answers one request by one fresh process of `service`.
///
/// All calls of this function share one set of the default bounds; a server of its own bounds is a [`Stack`].
/// Dropping the future, or the body of its response, ends the process.
///
/// ```no_run
/// # async fn one() -> Result<(), stackvana::Error> {
/// use bytes::Bytes;
/// use http_body_util::{BodyExt, Empty};
///
/// let service = stackvana::Service::builder().code("print('hello')").language("python").build()?;
/// let response = stackvana::spawn(&service, http::Request::new(Empty::<Bytes>::new())).await;
/// let body = response.into_body().collect().await?.to_bytes();
/// assert_eq!(body, "hello\n");
/// # Ok(())
/// # }
/// ```
pub async fn spawn<B>(service: &Service, request: Request<B>) -> Response<Body>
where
    B: http_body::Body + Send + 'static,
    B::Data: Buf + Send,
    B::Error: Into<BoxError>,
{
    static RESOURCES: LazyLock<Arc<Resources>> = LazyLock::new(builder::shared_resources);
    invoke(service, Box::new(answer::lone_call(request.map(boxed), Arc::clone(&RESOURCES)))).await
}

/// One type of body for all, so that the engine is compiled once.
fn boxed<B>(body: B) -> Incoming
where
    B: http_body::Body + Send + 'static,
    B::Data: Buf + Send,
    B::Error: Into<BoxError>,
{
    let body =
        body.map_frame(|frame| frame.map_data(|mut data| -> Bytes { data.copy_to_bytes(data.remaining()) }));
    body.map_err(Into::into).boxed_unsync()
}

impl<B> TowerService<Request<B>> for Stack
where
    B: http_body::Body + Send + 'static,
    B::Data: Buf + Send,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        let request = request.map(boxed);
        Box::pin(async move { Ok(answer::answer(shared, request).await) })
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack").field("routes", &self.routes()).finish_non_exhaustive()
    }
}
