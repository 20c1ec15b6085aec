//! One request of a URL, and when the parts of its answer arrive: bounded in time and in bytes.

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderMap, Request, StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, HOST, USER_AGENT},
};
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, timeout_at};

use crate::{
    cli::client::{Url, beside, cause, connect},
    error::{Error, ErrorKind},
};

/// How long all of it may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How much of an answer is read.
const ENOUGH: u64 = 8 << 20;
/// Parts that are so far apart were not collected on the way.
pub(super) const APART: Duration = Duration::from_millis(200);

/// What came, and when; times count from the request.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// What it took to connect: a round trip, or more where names had to be looked up and keys agreed on.
    pub(super) distance: Duration,
    /// The first byte of the body.
    pub(super) first: Option<Duration>,
    /// The last that was seen of it.
    pub(super) last: Duration,
    pub(super) longest_pause: Duration,
    pub(super) end: End,
}

/// Why no more was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// There is no more.
    Whole,
    /// It streams, or is longer than what is looked at.
    Enough,
    /// The time was up.
    Late,
    /// It was broken off.
    Broken(String),
}

/// The URL behind `--url`.
///
/// # Errors
/// When it cannot be asked.
pub(super) fn parse(text: &str) -> Result<Url, Error> {
    let refused = |why: &str| {
        Error::new(ErrorKind::InvalidSetting, format!("--url {text} cannot be asked: {why}"))
            .remedy("write it as in http://127.0.0.1:8080/clock")
    };
    if !Url::is_meant(text) {
        return Err(refused("it begins with neither http:// nor https://"));
    }
    Url::parse(text)
}

fn request(url: &Url) -> Result<Request<Empty<Bytes>>, http::Error> {
    Request::get(url.target())
        .header(HOST, url.authority())
        .header(USER_AGENT, concat!("stack/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "*/*")
        // As a browser says it, so that a proxy that compresses does.
        .header(ACCEPT_ENCODING, "gzip")
        .header(CONNECTION, "close")
        .body(Empty::new())
}

/// Asks once and watches the answer, until it is seen to stream.
///
/// # Errors
/// Why there is no answer.
pub(super) async fn observe(url: &Url) -> Result<Observed, String> {
    let deadline = Instant::now() + PATIENCE;
    let late = |_| format!("nothing came within {PATIENCE:?}");
    let called = Instant::now();
    let wire = timeout_at(deadline, connect(url)).await.map_err(late)?.map_err(|error| error.to_string())?;
    let distance = called.elapsed();
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(wire)).await.map_err(|error| cause(&error).to_string())?;
    let request = request(url).map_err(|error| error.to_string())?;
    let begun = Instant::now();
    beside(connection, async {
        let response = timeout_at(deadline, sender.send_request(request)).await.map_err(late)?;
        let (head, body) = response.map_err(|error| cause(&error).to_string())?.into_parts();
        let mut observed = Observed {
            status: head.status,
            headers: head.headers,
            distance,
            first: None,
            last: begun.elapsed(),
            longest_pause: Duration::ZERO,
            end: End::Late,
        };
        // What is late is said by the end that stands there already.
        let _ = timeout_at(deadline, watch(body, begun, &mut observed)).await;
        Ok(observed)
    })
    .await
}

/// Notes when each part of the body comes.
async fn watch(mut body: Incoming, begun: Instant, observed: &mut Observed) {
    let mut bytes = 0;
    observed.end = loop {
        let frame = match body.frame().await {
            None => break End::Whole,
            Some(Err(error)) => break End::Broken(cause(&error).to_string()),
            Some(Ok(frame)) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        let now = begun.elapsed();
        if observed.first.is_some() {
            observed.longest_pause = observed.longest_pause.max(now.saturating_sub(observed.last));
        }
        observed.first.get_or_insert(now);
        observed.last = now;
        bytes += data.len() as u64;
        if observed.longest_pause > APART || bytes > ENOUGH {
            break End::Enough;
        }
    };
}
