//! The story of one request through one service, from its head to its answer. Knows no route and no listener.

mod after;
mod before;
mod begin;
mod clock;
mod gates;
mod log;
mod peer;
mod pump;
mod run;

use std::{
    path::PathBuf,
    sync::Arc,
    thread::available_parallelism,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version,
    header::{CONTENT_LENGTH, TRANSFER_ENCODING},
    request,
};
use tokio::sync::{Semaphore, oneshot};

use self::{
    before::{Known, Opening},
    begin::{begin, program},
    clock::{Clock, Phase},
    gates::{Answer, Passage, Passed},
    run::{Owned, Run},
};
pub(crate) use self::{begin::ahead, peer::Peer};
use crate::{
    budget::Budget,
    failure::Failure,
    receipt::{Exchange, Reason},
    receive::{self, Captured, Incoming, Place},
    respond::{Audience, Body, Close, Live, Verdict, problem},
    service::{Errors, Service, Spec},
    slots::Slots,
    warm::{Warm, Way},
};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
/// A program that was silent for so long and then gave everything at its exit was buffering.
const BUFFERING: Duration = Duration::from_secs(1);

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Resources {
    pub(crate) slots: Arc<Slots>,
    pub(crate) budget: Arc<Budget>,
    /// How many sources may be built at once.
    pub(crate) builders: Arc<Semaphore>,
    /// How many requests may wait for that.
    pub(crate) build_queue: Semaphore,
    /// Where uploads are spooled.
    pub(crate) temp: PathBuf,
    /// The processes that wait for requests.
    pub(crate) warm: Warm,
}

impl Resources {
    /// All of it with these bounds; spares together take at most `warm` bytes of memory.
    pub(crate) fn new(slots: Arc<Slots>, budget: Arc<Budget>, temp: PathBuf, warm: u64) -> Arc<Self> {
        let builders = available_parallelism().map_or(1, usize::from);
        let build_queue = Semaphore::new(slots.queue());
        let builders = Arc::new(Semaphore::new(builders));
        let warm = Warm::new(Arc::clone(&slots), warm);
        Arc::new(Self { slots, budget, builders, build_queue, temp, warm })
    }
}

/// One request, and what it comes with.
pub(crate) struct Call {
    pub(crate) request: Request<Incoming>,
    pub(crate) exchange: Arc<Exchange>,
    pub(crate) resources: Arc<Resources>,
    pub(crate) peer: Option<Arc<Peer>>,
    /// What its route says of it.
    pub(crate) captured: Captured,
    /// The bounds of the service itself, within those of all.
    pub(crate) slots: Option<Arc<Slots>>,
    /// What runs before the service, in order.
    pub(crate) gates: Vec<Service>,
}

/// What stands around a request while it is served.
#[derive(Clone, Copy)]
struct Around<'a> {
    exchange: &'a Arc<Exchange>,
    captured: &'a Captured,
    peer: Option<&'a Arc<Peer>>,
}

/// When the stages of a request were over, for `Server-Timing`.
struct Timing {
    received: Instant,
    queued: Instant,
    spawned: Instant,
}

impl Timing {
    /// The request has been read.
    fn now() -> Self {
        let now = Instant::now();
        Self { received: now, queued: now, spawned: now }
    }

    /// It has its place.
    fn queued(&mut self) {
        self.queued = Instant::now();
    }

    /// Its process has been started.
    fn spawned(&mut self) {
        self.spawned = Instant::now();
    }
}

/// Answers one request by one fresh process, after those of its gates. Every failure is a response.
///
/// In a box, since a future keeps the room of what it was given, also of what it has taken apart.
pub(crate) async fn invoke(service: &Service, call: Box<Call>) -> Response<Body> {
    let spec = service.spec();
    let Call { request, exchange, resources, peer, captured, slots, gates } = *call;
    let (head, body) = request.into_parts();
    let (resources, peer) = (&*resources, peer.as_ref());
    let around = Around { exchange: &exchange, captured: &captured, peer };
    let passage = Passage { head: &head, around, resources };
    let answer = answer(spec, &gates, body, &passage, slots.as_deref()).await;
    let response = answer.unwrap_or_else(|failure| {
        refuse(&failure, &head, &exchange, audience(spec.errors, &head, peer.map(Arc::as_ref)))
    });
    if let (Version::HTTP_10, Some(peer)) = (head.version, peer) {
        let peer = Arc::clone(peer);
        exchange.resets(Box::new(move || peer.break_off()));
    }
    response
}

/// The answer of the first gate that sets a status, or of the service.
async fn answer(
    spec: &Arc<Spec>,
    gates: &[Service],
    body: Incoming,
    passage: &Passage<'_>,
    slots: Option<&Slots>,
) -> Result<Response<Body>, Failure> {
    let Passage { head, around, resources } = *passage;
    let Around { exchange, captured, peer } = around;
    let place = Place {
        caps: &spec.caps,
        captured,
        body_timeout: spec.timeouts.body,
        parse: spec.parse,
        schema: spec.schema.as_ref(),
        budget: &resources.budget,
        temp: &resources.temp,
    };
    let launch = program(spec, resources, peer).await?;
    let received = receive::read(head, body, &place).await?;
    let mut passed = Passed::default();
    for gate in gates {
        // In a box, for which every request without a gate would have to keep room.
        let answer = Box::pin(passage.through(gate, received.again(), &mut passed)).await?;
        if let Some(Answer { run, opening, timing }) = answer {
            return Ok(respond(run, opening, head, &timing).await);
        }
    }
    let present = peer.filter(|_| !spec.half_close).map(Peer::enter);
    let mut timing = Timing::now();
    let own = match slots {
        Some(slots) => Some(slots.enter().await?),
        None => None,
    };
    let permit = resources.slots.enter().await?.with(own);
    timing.queued();
    let (mut run, stdout) = begin((spec, &launch), received, passage, (permit, present)).await?;
    timing.spawned();
    run.draft.inherit(passed.headers);
    match before::open(&mut run, stdout).await {
        Ok(mut opening) => {
            opening.output.splice(0..0, passed.output);
            Ok(respond(run, opening, head, &timing).await)
        }
        Err(failure) => {
            // Before the run is dropped, which otherwise takes the client for gone.
            exchange.because(Reason::Failure(failure.kind));
            Err(failure)
        }
    }
}

/// The page of a failure, logged and accounted for.
pub(crate) fn refuse(
    failure: &Failure,
    head: &request::Parts,
    exchange: &Arc<Exchange>,
    audience: Audience,
) -> Response<Body> {
    exchange.because(Reason::Failure(failure.kind));
    tracing::warn!(target: "stack::failure", id = exchange.id(), code = failure.kind.code(), "{failure}");
    let page = problem(failure, &head.headers, exchange.id(), audience);
    account(page, head, Clock::of_page(exchange))
}

/// A page of the server's own that is no failure, accounted for.
pub(crate) fn page(
    response: Response<Body>,
    head: &request::Parts,
    exchange: &Arc<Exchange>,
) -> Response<Body> {
    account(response, head, Clock::of_page(exchange))
}

/// What every response has, whoever made it.
fn account(mut response: Response<Body>, head: &request::Parts, clock: Clock) -> Response<Body> {
    let exchange = Arc::clone(&clock.exchange);
    exchange.answered(response.status().as_u16());
    if let Ok(id) = HeaderValue::from_str(exchange.id()) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response.extensions_mut().insert(exchange.receipt());
    response.map(|body| after::watch(body.counted(exchange), head, clock))
}

/// The head, and the body as far as it is known; a process that goes on gets its owner here.
async fn respond(run: Owned, opening: Opening, head: &request::Parts, timing: &Timing) -> Response<Body> {
    let mut run = run.release();
    run.permit.answered();
    run.exchange.progress();
    hint_at_buffering(&run, &opening);
    let endless = run.draft.is_event_stream();
    run.clock.phase = Phase::Answering { endless };
    let timing = server_timing(timing, run.way);
    let (parts, declared) = run.draft.send(run.spec.content_type.as_deref());
    let clock = run.clock.clone();
    let body = body(run, opening).of_length(declared).breaking_on(head.version);
    let mut response = Response::from_parts(parts, body);
    let bodiless = head.method == Method::HEAD
        || matches!(
            response.status(),
            StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED
        );
    let known = declared.or(response.body().known_length());
    let headers = response.headers_mut();
    headers.remove(TRANSFER_ENCODING);
    if let Ok(timing) = HeaderValue::from_str(&timing) {
        headers.append(SERVER_TIMING, timing);
    }
    if known.is_none() {
        headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    }
    if bodiless {
        if let (true, Some(length)) = (head.method == Method::HEAD, known) {
            headers.insert(CONTENT_LENGTH, length.into());
        }
        if !endless {
            discard(response.body_mut()).await;
        }
        *response.body_mut() = Body::whole(Bytes::new());
    }
    account(response, head, clock)
}

fn body(mut run: Box<Run>, opening: Opening) -> Body {
    let Opening { output, stdout, known } = opening;
    let (sender, verdict) = oneshot::channel();
    match (known, stdout) {
        (Known::Ended(ended), None) => {
            let close = run.close(ended.exit);
            after::say_broken(&run, &close);
            Body::finished(output, close)
        }
        (Known::Ended(ended), stdout @ Some(_)) => {
            let close = run.close(ended.exit);
            after::say_broken(&run, &close);
            let _ = sender.send(Verdict::Exited(close));
            Body::live(Live::new(output.into(), stdout, verdict))
        }
        (Known::Complete, None) => {
            let trailers = run.draft.take_trailers();
            tokio::spawn(async move { run.finish().await });
            Body::finished(output, Close::Cleanly(trailers))
        }
        (Known::Complete, stdout @ Some(_)) => {
            let _ = sender.send(Verdict::Complete(run.draft.take_trailers()));
            tokio::spawn(async move { run.finish().await });
            Body::live(Live::new(output.into(), stdout, verdict))
        }
        (Known::Nothing, stdout) => {
            let (lives, word) = oneshot::channel();
            tokio::spawn(after::own(run, sender, word));
            Body::live(Live::new(output.into(), stdout, verdict)).announcing(lives)
        }
    }
}

/// A response without a body waits for its service all the same, which may have work to do.
async fn discard(body: &mut Body) {
    use http_body_util::BodyExt;
    while let Some(Ok(_)) = body.frame().await {}
}

fn server_timing(timing: &Timing, way: Option<Way>) -> String {
    let Timing { received, queued, spawned } = *timing;
    let millis = |from: Instant, to: Instant| to.duration_since(from).as_secs_f64() * 1000.0;
    let (queue, spawn, first) =
        (millis(received, queued), millis(queued, spawned), millis(spawned, Instant::now()));
    let (comma, way) = way.map_or(("", ""), |way| (", ", way.word()));
    format!("queue;dur={queue:.2}, spawn;dur={spawn:.2}, first;dur={first:.2}{comma}{way}")
}

fn hint_at_buffering(run: &Run, opening: &Opening) {
    let late = matches!(opening.known, Known::Ended(_)) && run.clock.started.elapsed() > BUFFERING;
    if late && !opening.output.is_empty() && run.spec.buffering_hint && run.spec.language.is_none() {
        run.log.hint("the program buffers its output; try stdbuf -oL");
    }
}

/// Whether this client may see what the service wrote to its standard error.
pub(crate) fn audience(errors: Errors, head: &request::Parts, peer: Option<&Peer>) -> Audience {
    let shown = match errors {
        Errors::Hide => false,
        Errors::Show => true,
        Errors::ShowLocal => {
            peer.is_some_and(|peer| peer.remote.ip().is_loopback())
                && !is_forwarded(&head.headers)
                && receive::has_local_host(head)
        }
    };
    if shown { Audience::Owner } else { Audience::Public }
}

/// Whether a proxy stands before this request, so that a loopback address says nothing of who asked.
fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| {
        let name = name.as_str();
        name == "forwarded" || name == "via" || name.starts_with("x-forwarded-")
    })
}
