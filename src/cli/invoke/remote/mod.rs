//! A request over the network: connects, speaks HTTP/1.1, prints what comes. Redirects are not followed.

mod patience;

use std::{io, process::ExitCode, time::Duration};

use anyhow::Context;
use http::{
    Request, Response, StatusCode,
    header::{CONNECTION, CONTENT_TYPE, HeaderValue},
};
use http_body_util::BodyExt;
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;

pub(in crate::cli) use self::patience::Patience;
use self::patience::Pulse;
use crate::{
    cli::{
        client::{Url, beside, cause, connect},
        once::{Shown, head},
        streams::{Input, Output, unwritten},
    },
    error::{Error, ErrorKind},
};

/// How long the end of the program waits for a last part to be written, when it ends by an error.
const LAST_PART: Duration = Duration::from_secs(1);

/// Why there is no whole answer on standard output.
#[derive(Debug)]
enum Ended {
    Failed(Error),
    /// Nobody takes it.
    Unread(io::Error),
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Sends the request and prints the answer. The exit code is 0 when it came whole with a status below 400.
pub(super) async fn remote(
    url: &Url,
    request: Request<Input>,
    shown: Shown,
    patience: Patience,
) -> anyhow::Result<ExitCode> {
    let mut output = Output::standard().context("cannot write to standard output")?;
    let exchange = Exchange { url, patience, pulse: Pulse::new(), shown, output: &mut output };
    let ended = patience.whole(exchange.run(request)).await;
    match ended.unwrap_or_else(|| Err(too_long(url, patience.total).into())) {
        Ok(status) => match output.finish().await {
            Ok(()) if status.as_u16() < 400 => Ok(ExitCode::SUCCESS),
            Ok(()) => Ok(ExitCode::FAILURE),
            Err(error) => unwritten(error),
        },
        Err(Ended::Unread(error)) => unwritten(error),
        Err(Ended::Failed(error)) => {
            let _ = timeout(LAST_PART, output.finish()).await;
            Err(error.into())
        }
    }
}

/// One request and its answer.
#[derive(Debug)]
struct Exchange<'a> {
    url: &'a Url,
    patience: Patience,
    pulse: Pulse,
    shown: Shown,
    output: &'a mut Output,
}

impl Exchange<'_> {
    async fn run(mut self, mut request: Request<Input>) -> Result<StatusCode, Ended> {
        // There is no second request on this connection, and a server that knows need not wait for one.
        request.headers_mut().entry(CONNECTION).or_insert(HeaderValue::from_static("close"));
        let wire = connect(self.url).await?;
        let pulse = self.pulse.clone();
        let request = request.map(|body| body.map_frame(move |frame| pulse.beaten_by(frame)));
        let unspoken = |error| failed(self.url, "no request can be made of", &error);
        let (mut sender, connection) = http1::handshake(TokioIo::new(wire)).await.map_err(unspoken)?;
        let answer = async {
            self.pulse.beat();
            let (url, limit) = (self.url, self.patience.head);
            let response = self.pulse.within(limit, sender.send_request(request)).await;
            let response = response.ok_or_else(|| silent(url, limit, "--first-byte-timeout"))?;
            let response = response.map_err(|error| failed(url, "there is no answer from", &error))?;
            let status = response.status();
            self.print(response).await.map(|()| status)
        };
        beside(connection, answer).await
    }

    /// Prints the answer as it comes.
    async fn print(&mut self, response: Response<Incoming>) -> Result<(), Ended> {
        let silence = if is_event_stream(&response) { None } else { self.patience.silence };
        if self.shown == Shown::All {
            self.output.write(head(&response)).await.map_err(Ended::Unread)?;
        }
        let mut body = response.into_body();
        loop {
            self.pulse.beat();
            let frame = tokio::select! {
                frame = self.pulse.within(silence, body.frame()) => frame,
                error = self.output.failed() => return Err(Ended::Unread(error)),
            };
            let frame = frame.ok_or_else(|| silent(self.url, silence, "--idle-timeout"))?;
            let Some(frame) = frame else { return Ok(()) };
            let frame = frame.map_err(|error| failed(self.url, "the answer was broken off by", &error))?;
            if let Ok(data) = frame.into_data() {
                self.output.write(data).await.map_err(Ended::Unread)?;
            }
        }
    }
}

/// An event stream may be silent for as long as nothing happens.
fn is_event_stream<B>(response: &Response<B>) -> bool {
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let name = media_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    name.trim().eq_ignore_ascii_case("text/event-stream")
}

fn too_long(url: &Url, limit: Option<Duration>) -> Error {
    let message = format!("{} took longer than {:?}", url.authority(), limit.unwrap_or_default());
    Error::new(ErrorKind::System, message).remedy("--timeout sets another limit, 0 none")
}

fn silent(url: &Url, limit: Option<Duration>, flag: &str) -> Error {
    let message = format!("nothing came from {} for {:?}", url.authority(), limit.unwrap_or_default());
    Error::new(ErrorKind::System, message).remedy(format!("{flag} sets another limit, 0 none"))
}

fn failed(url: &Url, what: &str, error: &hyper::Error) -> Error {
    Error::new(ErrorKind::System, format!("{what} {}: {}", url.authority(), cause(error)))
}
