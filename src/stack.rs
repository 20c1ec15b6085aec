//! `Stack`: a service with its limits as a `tower::Service`; and `spawn`, one request without it.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    path::PathBuf,
    pin::Pin,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Buf, Bytes};
use http::{
    HeaderValue, Request, Response, Version,
    header::{CONNECTION, HOST},
    request,
};
use http_body_util::BodyExt;
use tower_service::Service as TowerService;

use crate::{
    access_log,
    budget::Budget,
    failure::{Failure, Kind},
    invoke::{Call, Peer, Resources, audience, invoke, refuse},
    receipt::{Exchange, Opening},
    receive::{self, Incoming},
    reload::Current,
    respond::Body,
    service::Service,
    slots::{Bounds, Slots},
    spool,
};

/// The longest address that is taken, in bytes, as a script's author would expect to read it whole.
const LONGEST_URI: usize = 32 << 10;
/// The longest that all headers may be together, in bytes, so that they fit into any environment.
const LONGEST_HEADERS: usize = 64 << 10;
/// Bytes of all parsed bodies together, unless the builder says otherwise.
const BUFFERED: usize = 256 << 20;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Answers requests by a service, with bounds on processes, queue and memory.
///
/// It is a [`tower::Service`](tower_service::Service) whose error is [`Infallible`], because every failure is
/// already a response. Cloning is cheap, and clones share the bounds.
///
/// ```no_run
/// # async fn serve() -> Result<(), stackvana::Error> {
/// use bytes::Bytes;
/// use http_body_util::Empty;
/// use stackvana::{Service, Stack};
///
/// let stack = Stack::new(Service::builder().file("./echo.py").build()?);
/// let response = stack.answer(http::Request::new(Empty::<Bytes>::new())).await;
/// assert_eq!(response.status(), 200);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Stack {
    shared: Arc<Shared>,
}

struct Shared {
    service: Current,
    resources: Arc<Resources>,
    draining: AtomicBool,
}

/// The bounds of a [`Stack`], on the way to one.
#[derive(Debug)]
pub struct StackBuilder {
    service: Current,
    bounds: Bounds,
    buffered: usize,
    temp: PathBuf,
}

impl Stack {
    /// A stack with the default bounds: 256 processes, a queue of 256 for 10 s, 256 MiB of parsed bodies.
    #[must_use]
    pub fn new(service: Service) -> Self {
        Self::builder(service).build()
    }

    /// A stack with other bounds.
    #[must_use]
    pub fn builder(service: Service) -> StackBuilder {
        StackBuilder {
            service: Current::new(service),
            bounds: Bounds::default(),
            buffered: BUFFERED,
            temp: std::env::temp_dir(),
        }
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
        answer(shared, request.map(boxed)).await
    }

    /// From now on every request is refused with 503; those that run go on.
    pub(crate) fn drain(&self) {
        self.shared.draining.store(true, Ordering::Release);
    }

    /// Returns once no process is left, also none that had answered already.
    pub(crate) async fn emptied(&self) {
        self.shared.resources.slots.emptied().await;
    }

    /// Begins the build of a service that needs one, so that the first request waits less.
    pub(crate) fn prepare(&self) {
        self.shared.service.get().spec().start.begin(&self.shared.resources.builders);
    }

    /// Where the service that answers now comes from.
    pub(crate) fn current(&self) -> &Current {
        &self.shared.service
    }
}

impl StackBuilder {
    /// How many processes may be alive at once; 256.
    #[must_use]
    pub fn max_processes(mut self, most: usize) -> Self {
        self.bounds.alive = most;
        self
    }

    /// How many requests may wait for a process, and for how long; 256 and 10 s.
    #[must_use]
    pub fn queue(mut self, most: usize, patience: Duration) -> Self {
        (self.bounds.queue, self.bounds.patience) = (most, patience);
        self
    }

    /// How many bytes all bodies that are parsed may take together; 256 MiB.
    #[must_use]
    pub fn max_buffered(mut self, bytes: usize) -> Self {
        self.buffered = bytes;
        self
    }

    /// Where uploads are kept while their request runs; the system's folder for temporary files.
    #[must_use]
    pub fn temp_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.temp = folder.into();
        self
    }

    /// The stack. Removes what a server that was killed has left in the folder for uploads.
    #[must_use]
    pub fn build(self) -> Stack {
        spool::sweep(&self.temp);
        let (slots, budget) = (Slots::new(self.bounds), Budget::new(self.buffered));
        let resources = Resources::new(slots, budget, self.temp);
        let shared = Shared { service: self.service, resources, draining: AtomicBool::new(false) };
        Stack { shared: Arc::new(shared) }
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
    static RESOURCES: LazyLock<Arc<Resources>> = LazyLock::new(|| {
        let (slots, budget) = (Slots::new(Bounds::default()), Budget::new(BUFFERED));
        Resources::new(slots, budget, std::env::temp_dir())
    });
    let (head, body) = request.map(boxed).into_parts();
    let exchange = exchange(&head);
    let call = Call {
        request: Request::from_parts(head, body),
        exchange,
        resources: Arc::clone(&RESOURCES),
        peer: None,
    };
    invoke(service, call).await
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let peer = head.extensions.get::<Arc<Peer>>().cloned();
    let exchange = exchange(&head);
    let service = shared.service.get();
    if let Err(failure) = acceptable(&shared, &head) {
        let audience = audience(service.spec().errors, &head, peer.as_deref());
        let mut response = refuse(&failure, &head, &exchange, audience);
        if failure.kind == Kind::BadRequest && head.version < Version::HTTP_2 {
            // What was said of one request cannot be trusted to say where the next begins.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        return response;
    }
    let request = Request::from_parts(head, body);
    invoke(&service, Call { request, exchange, resources: Arc::clone(&shared.resources), peer }).await
}

/// The account of a request, opened at its head.
fn exchange(head: &request::Parts) -> Arc<Exchange> {
    Exchange::new(Opening {
        id: receive::request_id(&head.headers),
        traceparent: receive::traceparent(&head.headers),
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        observer: Some(Arc::new(access_log::write)),
    })
}

/// What is refused before any process is thought of.
fn acceptable(shared: &Shared, head: &request::Parts) -> Result<(), Failure> {
    if shared.draining.load(Ordering::Acquire) {
        return Err(Failure::new(Kind::Draining, "the server is ending").remedy("try again on its successor"));
    }
    // RFC 9112, section 3.2: exactly one on HTTP/1.1. hyper lets none and two through.
    if head.version == Version::HTTP_11 && head.headers.get_all(HOST).iter().count() != 1 {
        return Err(Failure::new(Kind::BadRequest, "a request of HTTP/1.1 needs exactly one Host header"));
    }
    let length = head.uri.path_and_query().map_or(0, |uri| uri.as_str().len());
    if length > LONGEST_URI {
        let message = format!("the address has {length} bytes, and {LONGEST_URI} are taken");
        return Err(Failure::new(Kind::UriTooLong, message).remedy("send long parameters in the body"));
    }
    let headers: usize = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers > LONGEST_HEADERS {
        let message = format!("the headers have {headers} bytes, and {LONGEST_HEADERS} are taken");
        return Err(Failure::new(Kind::HeadersTooLarge, message));
    }
    Ok(())
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
        Box::pin(async move { Ok(answer(shared, request).await) })
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack").field("service", &self.shared.service).finish_non_exhaustive()
    }
}
