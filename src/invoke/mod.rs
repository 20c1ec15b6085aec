//! The story of one request through one service, from its head to its answer. Knows no route and no listener.

mod after;
mod before;
mod clock;
mod log;
mod peer;
mod pump;
mod run;

use std::{
    path::PathBuf,
    sync::Arc,
    thread::available_parallelism,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version,
    header::{CONTENT_LENGTH, TRANSFER_ENCODING},
    request,
};
use tokio::sync::{Semaphore, oneshot};

pub(crate) use self::peer::Peer;
use self::{
    before::{Known, Opening},
    clock::{Clock, Phase},
    log::Log,
    peer::Present,
    pump::Feeds,
    run::{Channel, Owned, Run},
};
use crate::{
    budget::Budget,
    control::Decoder,
    document::{self, Document},
    failure::{Failure, Kind},
    process::{Reader, Wanted, no_pipes, pipes, start},
    receipt::{Exchange, Reason},
    receive::{self, Facts, Feed, Incoming, Place, Received},
    respond::{Audience, Body, Close, Draft, Live, Verdict, problem},
    service::{Environment, Errors, Launch, Service, Spec, Strings},
    slots::{Permit, Slots},
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
}

impl Resources {
    pub(crate) fn new(slots: Arc<Slots>, budget: Arc<Budget>, temp: PathBuf) -> Arc<Self> {
        let builders = available_parallelism().map_or(1, usize::from);
        let build_queue = Semaphore::new(slots.queue());
        Arc::new(Self { slots, budget, builders: Arc::new(Semaphore::new(builders)), build_queue, temp })
    }
}

/// One request, and what it comes with.
pub(crate) struct Call {
    pub(crate) request: Request<Incoming>,
    pub(crate) exchange: Arc<Exchange>,
    pub(crate) resources: Arc<Resources>,
    pub(crate) peer: Option<Arc<Peer>>,
}

/// When the stages of a request were over, for `Server-Timing`.
struct Timing {
    received: Instant,
    queued: Instant,
    spawned: Instant,
}

/// Answers one request by one fresh process. Every failure is a response.
pub(crate) async fn invoke(service: &Service, call: Call) -> Response<Body> {
    let spec = Arc::clone(service.spec());
    let Call { request, exchange, resources, peer } = call;
    let (head, body) = request.into_parts();
    let run = receive_and_start(&spec, (&head, body), &exchange, (&resources, peer.as_ref()));
    let answer = match run.await {
        Ok((mut run, stdout, timing)) => match before::open(&mut run, stdout).await {
            Ok(opening) => Ok(respond(run, opening, &head, &timing).await),
            Err(failure) => {
                // Before the run is dropped, which otherwise takes the client for gone.
                exchange.because(Reason::Failure(failure.kind));
                Err(failure)
            }
        },
        Err(failure) => Err(failure),
    };
    let response = answer.unwrap_or_else(|failure| {
        refuse(&failure, &head, &exchange, audience(spec.errors, &head, peer.as_deref()))
    });
    if let (Version::HTTP_10, Some(peer)) = (head.version, peer) {
        exchange.resets(Box::new(move || peer.break_off()));
    }
    response
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

/// From a request to a process that works on it.
async fn receive_and_start(
    spec: &Arc<Spec>,
    (head, body): (&request::Parts, Incoming),
    exchange: &Arc<Exchange>,
    (resources, peer): (&Resources, Option<&Arc<Peer>>),
) -> Result<(Owned, Reader, Timing), Failure> {
    let place = Place {
        caps: &spec.caps,
        body_timeout: spec.timeouts.body,
        parse: spec.parse,
        budget: &resources.budget,
        temp: &resources.temp,
    };
    let launch = program(spec, resources, peer).await?;
    let received = receive::read(head, body, &place).await?;
    let present = peer.filter(|_| !spec.half_close).map(Peer::enter);
    let at_received = Instant::now();
    let permit = resources.slots.enter().await?;
    let queued = Instant::now();
    let (run, stdout) = begin((spec, &launch), received, (head, peer), (exchange, permit, present)).await?;
    Ok((run, stdout, Timing { received: at_received, queued, spawned: Instant::now() }))
}

/// What is executed. A build is waited for with neither a process's place nor a body in hand, and with at most as many
/// others as may wait for a process.
async fn program(
    spec: &Spec,
    resources: &Resources,
    peer: Option<&Arc<Peer>>,
) -> Result<Arc<Launch>, Failure> {
    if let Some(launch) = spec.start.now(&resources.builders) {
        return launch;
    }
    let Ok(_place) = resources.build_queue.try_acquire() else {
        let message =
            format!("{} is being built, and {} requests wait for it", spec.name, resources.slots.queue());
        return Err(Failure::new(Kind::QueueFull, message).remedy("try again later"));
    };
    let _present = peer.filter(|_| !spec.half_close).map(Peer::enter);
    spec.start.launch(&resources.builders).await
}

/// Starts the process with everything that it is told.
async fn begin(
    (spec, launch): (&Arc<Spec>, &Arc<Launch>),
    received: Received,
    (head, peer): (&request::Parts, Option<&Arc<Peer>>),
    (exchange, permit, present): (&Arc<Exchange>, Permit, Option<Present>),
) -> Result<(Owned, Reader), Failure> {
    let Received { params, feed, held } = received;
    let deadline = spec.timeouts.total.and_then(unix_millis_after);
    let facts = Facts {
        remote: peer.map(|peer| peer.remote),
        local: peer.map(|peer| peer.local),
        id: exchange.id(),
        deadline,
        traceparent: &exchange.opening.traceparent,
    };
    let variables = receive::variables(head, &facts);
    let document = match spec.document {
        Some(format) => {
            let env = receive::texts(&variables);
            let request = receive::describe(head, &facts);
            let document = Document { env: &env, params: &params, request: &request, service: words(spec) };
            Some(Bytes::from(document.encode(format)?))
        }
        None => None,
    };
    let wanted = Wanted { stdin: !matches!(feed, Feed::Empty), document: document.is_some() };
    let (ours, theirs) = pipes(wanted).map_err(|error| no_pipes(&error))?;
    let watch = |error: std::io::Error| no_pipes(&error);
    let feeds =
        Feeds::new(ours.stdin.map(|pipe| (pipe, feed)), ours.document.zip(document)).map_err(watch)?;
    let stdout = Reader::new(ours.stdout).map_err(watch)?;
    let process = match spec.language.map(|language| language.environment) {
        Some(Environment::FromDocument) => start(launch, &launch.environment, theirs).await?,
        Some(Environment::FromStart) | None => {
            start(launch, &environment(launch, &variables), theirs).await?
        }
    };
    exchange.progress();
    let run = Run {
        process,
        _launch: Arc::clone(launch),
        spec: Arc::clone(spec),
        exchange: Arc::clone(exchange),
        draft: Draft::default(),
        log: Log::new(spec, exchange),
        feeds,
        permit,
        stderr: Channel::Quiet(ours.stderr),
        control: Channel::Quiet(ours.control),
        decoder: Decoder::new(),
        clock: Clock {
            timeouts: spec.timeouts.clone(),
            exchange: Arc::clone(exchange),
            started: Instant::now(),
            phase: Phase::Opening,
        },
        attached: false,
        _held: held,
        _present: present,
        peer: peer.cloned(),
    };
    Ok((Owned::new(run), stdout))
}

/// A program's environment: the service's, and the request's own variables.
fn environment(launch: &Launch, variables: &[(String, Vec<u8>)]) -> Strings {
    let mut environment = launch.environment.clone();
    for (name, value) in variables {
        environment.push_variable(name.as_bytes(), value);
    }
    environment
}

fn words(spec: &Spec) -> document::Words<'_> {
    document::Words {
        name: &spec.name,
        path: spec.file.as_deref().and_then(|path| path.to_str()),
        language: spec.language.map_or("", |language| language.name),
    }
}

/// An absolute time, as a service reads it from its clock.
fn unix_millis_after(limit: Duration) -> Option<u64> {
    let at = SystemTime::now().checked_add(limit)?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    u64::try_from(at.as_millis()).ok()
}

/// The head, and the body as far as it is known; a process that goes on gets its owner here.
async fn respond(run: Owned, opening: Opening, head: &request::Parts, timing: &Timing) -> Response<Body> {
    let mut run = run.release();
    run.permit.answered();
    run.exchange.progress();
    hint_at_buffering(&run, &opening);
    let endless = run.draft.is_event_stream();
    run.clock.phase = Phase::Answering { endless };
    let timing = server_timing(timing);
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

fn server_timing(timing: &Timing) -> String {
    let Timing { received, queued, spawned } = *timing;
    let millis = |from: Instant, to: Instant| to.duration_since(from).as_secs_f64() * 1000.0;
    let (queue, spawn, first) =
        (millis(received, queued), millis(queued, spawned), millis(spawned, Instant::now()));
    format!("queue;dur={queue:.2}, spawn;dur={spawn:.2}, first;dur={first:.2}")
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
