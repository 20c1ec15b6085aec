//! What flows into a process: the request body into its standard input, the document into descriptor 4.

use std::os::fd::OwnedFd;

use bytes::{Buf, Bytes};
use http_body_util::BodyExt;

use crate::{
    process::{Writer, write_present},
    receipt::Exchange,
    receive::{Feed, Incoming},
};

/// How much of a body that nobody reads is taken from the client all the same, so that it can read its answer.
const DISCARD: usize = 64 << 10;

/// The two flows into a process.
#[derive(Default)]
pub(super) struct Feeds {
    stdin: Option<Pump>,
    document: Option<Pump>,
}

/// One flow; made before the process, so that what fits into the pipe is there at its first read.
pub(super) struct Pump {
    /// None once the reader has gone; then what comes is discarded.
    writer: Option<Writer>,
    chunk: Bytes,
    body: Option<Incoming>,
    discarded: usize,
}

/// The client's body ended in an error: what was written so far must not look whole.
#[derive(Debug)]
pub(super) struct BodyBroken(pub(super) Box<dyn std::error::Error + Send + Sync>);

impl Feeds {
    /// Fills the pipes with what is known, and keeps what is to follow.
    ///
    /// # Errors
    /// When a pipe cannot be watched.
    pub(super) fn new(
        stdin: Option<(OwnedFd, Feed)>,
        document: Option<(OwnedFd, Bytes)>,
    ) -> std::io::Result<Self> {
        let stdin = match stdin {
            Some((pipe, Feed::Replay(bytes))) => Pump::of_bytes(pipe, bytes)?,
            Some((pipe, Feed::Stream(body))) => Some(Pump::of_body(pipe, body)?),
            Some((_, Feed::Empty)) | None => None,
        };
        let document = document.map(|(pipe, bytes)| Pump::of_bytes(pipe, bytes)).transpose()?.flatten();
        Ok(Self { stdin, document })
    }

    /// Runs both flows; returns only when the client's body breaks. Nothing is lost when it is dropped.
    pub(super) async fn run(&mut self, exchange: &Exchange) -> BodyBroken {
        loop {
            let Self { stdin, document } = self;
            tokio::select! {
                answer = run(stdin, exchange) => match answer {
                    Ok(()) => self.stdin = None,
                    Err(broken) => return broken,
                },
                answer = run(document, exchange) => match answer {
                    Ok(()) => self.document = None,
                    Err(broken) => return broken,
                },
            }
        }
    }

    /// Whether the client is what is being waited for.
    pub(super) fn waits_for_client(&self) -> bool {
        self.stdin.as_ref().is_some_and(|pump| pump.chunk.is_empty() && pump.body.is_some())
    }

    /// Lets go of the request's body and of the pipes.
    pub(super) fn stop(&mut self) {
        *self = Self::default();
    }
}

/// A flow that is not there never ends.
async fn run(pump: &mut Option<Pump>, exchange: &Exchange) -> Result<(), BodyBroken> {
    match pump {
        Some(pump) => pump.run(exchange).await,
        None => std::future::pending().await,
    }
}

impl Pump {
    /// What does not fit into the pipe at once; `None` when all did, and then the pipe is closed.
    fn of_bytes(pipe: OwnedFd, mut bytes: Bytes) -> std::io::Result<Option<Self>> {
        bytes.advance(write_present(&pipe, &bytes)?);
        if bytes.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self { writer: Some(Writer::new(pipe)?), chunk: bytes, body: None, discarded: 0 }))
    }

    fn of_body(pipe: OwnedFd, body: Incoming) -> std::io::Result<Self> {
        Ok(Self { writer: Some(Writer::new(pipe)?), chunk: Bytes::new(), body: Some(body), discarded: 0 })
    }

    async fn run(&mut self, exchange: &Exchange) -> Result<(), BodyBroken> {
        loop {
            while !self.chunk.is_empty() {
                self.write_some(exchange).await;
            }
            let Some(body) = &mut self.body else { return Ok(()) };
            match body.frame().await {
                None => return Ok(()),
                Some(Err(error)) => return Err(BodyBroken(error)),
                Some(Ok(frame)) => {
                    exchange.progress();
                    self.chunk = frame.into_data().unwrap_or_default();
                }
            }
            if self.writer.is_none() && self.discarded > DISCARD {
                return Ok(());
            }
        }
    }

    async fn write_some(&mut self, exchange: &Exchange) {
        let Some(writer) = &self.writer else {
            self.discarded += self.chunk.len();
            self.chunk.clear();
            return;
        };
        match writer.write(&self.chunk).await {
            Ok(count) => {
                self.chunk.advance(count);
                exchange.progress();
            }
            // A service need not read its input; EPIPE is how it says so.
            Err(_) => self.writer = None,
        }
    }
}
