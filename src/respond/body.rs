//! The response body: every read of the service's output is one frame, and its end is only what it is.

use std::{
    fmt,
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Version};
use http_body::{Frame, SizeHint};
use tokio::{
    sync::oneshot,
    time::{Sleep, sleep},
};

use super::break_off::{Break, Lives};
use crate::{
    error::Error,
    process::Reader,
    receipt::{Exchange, Reason},
};

/// How long something that escaped its group may hold standard output open once the leader is gone.
const DRAIN: Duration = Duration::from_millis(250);
/// Frames begin small and grow to what a pipe holds.
const SMALLEST: usize = 8 << 10;
const LARGEST: usize = 64 << 10;

/// Dropping it before its end ends the service's whole process group. It yields an error, and never a clean
/// end, when the service failed after its first byte.
pub struct Body {
    state: State,
    exchange: Option<Arc<Exchange>>,
    /// Bytes that the head promised and that are still to come.
    owed: Option<u64>,
    breaks: Break,
    /// Tells who watches when the body is let go, or breaks off.
    lives: Option<Lives>,
}

/// A body of another's making.
type Relayed = dyn http_body::Body<Data = Bytes, Error = Box<dyn std::error::Error + Send + Sync>> + Send;

enum State {
    /// All that there will be.
    Whole(Bytes, Close),
    Live(Box<Live>),
    /// A body that somebody else made.
    Relayed(Pin<Box<Relayed>>),
    /// Everything was given out but the trailers.
    Closing(Close),
    /// The break must come after the data is written, or hyper drops what it still has.
    Breaking,
    Done,
}

/// How a body ends.
#[derive(Debug)]
pub(crate) enum Close {
    /// Completely, with these trailers.
    Cleanly(HeaderMap),
    /// Visibly broken off.
    Broken(Reason),
}

/// What the owner of the process finds in the end.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// The service said that its answer is complete: what the pipe holds now belongs to it.
    Complete(HeaderMap),
    /// The leader exited: what the pipe holds now belongs to the answer, and what comes soon may.
    Exited(Close),
    /// Nothing more is to be sent.
    Broken(Reason),
}

/// A body whose service still runs.
pub(crate) struct Live {
    /// What was read already.
    first: Bytes,
    stdout: Option<Reader>,
    /// Its sender belongs to the owner of the process, which ends it when this is dropped.
    verdict: oneshot::Receiver<Verdict>,
    phase: Phase,
    /// How it will end, once that is known.
    close: Close,
}

/// Where a live body is.
enum Phase {
    Streaming,
    /// The answer is complete: until the pipe is empty.
    Finishing,
    /// The leader is gone; `present` bytes were in the pipe then, and `drain` runs from when they are sent.
    Draining {
        present: u64,
        drain: Option<Pin<Box<Sleep>>>,
    },
}

impl Body {
    /// A body of the server's own.
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        Self::finished(bytes, Close::Cleanly(HeaderMap::new()))
    }

    /// All that a service had to say, already known to be so.
    pub(crate) fn finished(bytes: impl Into<Bytes>, close: Close) -> Self {
        Self::of(State::Whole(bytes.into(), close))
    }

    /// A body whose service still runs.
    pub(crate) fn live(live: Live) -> Self {
        Self::of(State::Live(Box::new(live)))
    }

    /// A body that somebody else made, whose failure breaks it off.
    pub(crate) fn relayed<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes, Error = Box<dyn std::error::Error + Send + Sync>> + Send + 'static,
    {
        Self::of(State::Relayed(Box::pin(body)))
    }

    fn of(state: State) -> Self {
        Self { state, exchange: None, owed: None, breaks: Break::default(), lives: None }
    }

    /// Counts into `exchange`, which lives at least as long as the body.
    pub(crate) fn counted(mut self, exchange: Arc<Exchange>) -> Self {
        self.exchange = Some(exchange);
        self
    }

    /// Holds the body to the length that the service declared.
    pub(crate) fn of_length(mut self, declared: Option<u64>) -> Self {
        self.owed = declared;
        self
    }

    /// Breaks off as that version of HTTP needs it.
    pub(crate) fn breaking_on(mut self, version: Version) -> Self {
        self.breaks = Break::on(version);
        self
    }

    /// Tells by `lives` when the body is let go, or breaks off.
    pub(crate) fn announcing(mut self, lives: Lives) -> Self {
        self.lives = Some(lives);
        self
    }

    /// Whether somebody hears of its end.
    pub(crate) fn is_watched(&self) -> bool {
        self.lives.is_some()
    }

    /// The length, where it is known before the body is sent.
    pub(crate) fn known_length(&self) -> Option<u64> {
        match &self.state {
            State::Whole(bytes, Close::Cleanly(trailers)) if trailers.is_empty() => Some(bytes.len() as u64),
            State::Relayed(body) => body.size_hint().exact(),
            State::Done => Some(0),
            _ => None,
        }
    }

    /// The next bytes, or how they end.
    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let close = match &mut self.state {
            State::Whole(bytes, close) if bytes.is_empty() => close.take(),
            State::Whole(bytes, _) => return Poll::Ready(Some(std::mem::take(bytes))),
            State::Live(live) => match ready!(live.poll_data(cx)) {
                Some(bytes) => return Poll::Ready(Some(bytes)),
                None => live.close.take(),
            },
            State::Relayed(body) => match ready!(body.as_mut().poll_frame(cx)) {
                Some(Ok(frame)) => return Poll::Ready(Some(frame.into_data().unwrap_or_default())),
                Some(Err(_)) => Close::Broken(Reason::Failure(crate::failure::Kind::Internal)),
                None => Close::Cleanly(HeaderMap::new()),
            },
            State::Closing(_) | State::Breaking | State::Done => return Poll::Ready(None),
        };
        self.close(close);
        Poll::Ready(None)
    }

    fn close(&mut self, close: Close) {
        let close = match close {
            // A body shorter than declared is cut visibly, whatever the exit code says.
            Close::Cleanly(_) if self.owed.is_some_and(|owed| owed > 0) => {
                Close::Broken(Reason::Failure(crate::failure::Kind::Short))
            }
            close => close,
        };
        if let (Close::Broken(reason), Some(exchange)) = (&close, &self.exchange) {
            exchange.broken_off(*reason);
        }
        self.state = match close {
            Close::Broken(_) => State::Breaking,
            close @ Close::Cleanly(_) => State::Closing(close),
        };
    }

    /// Never more than was declared: the framing is the server's.
    fn within_length(&mut self, mut bytes: Bytes) -> Bytes {
        if let Some(owed) = &mut self.owed {
            let most = usize::try_from(*owed).unwrap_or(usize::MAX);
            bytes.truncate(most);
            *owed -= bytes.len() as u64;
        }
        bytes
    }
}

impl Close {
    fn take(&mut self) -> Self {
        std::mem::replace(self, Self::Cleanly(HeaderMap::new()))
    }
}

impl Live {
    pub(crate) fn new(first: Bytes, stdout: Option<Reader>, verdict: oneshot::Receiver<Verdict>) -> Self {
        let close = Close::Cleanly(HeaderMap::new());
        Self { first, stdout, verdict, phase: Phase::Streaming, close }
    }

    /// The next bytes, or `None` when `close` says how the body ends.
    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if !self.first.is_empty() {
            return Poll::Ready(Some(std::mem::take(&mut self.first)));
        }
        if matches!(self.phase, Phase::Streaming)
            && let Poll::Ready(verdict) = Pin::new(&mut self.verdict).poll(cx)
            && !self.goes_on(verdict)
        {
            return Poll::Ready(None);
        }
        match &mut self.phase {
            Phase::Streaming => match ready!(self.poll_pipe(cx)) {
                // Without output there is only the verdict to wait for; it has this task's waker.
                None => Poll::Pending,
                some => Poll::Ready(some),
            },
            Phase::Finishing => Poll::Ready(self.read_now()),
            Phase::Draining { .. } => self.poll_drain(cx),
        }
    }

    /// Takes the verdict in; whether there may be more to send.
    fn goes_on(&mut self, verdict: Result<Verdict, oneshot::error::RecvError>) -> bool {
        match verdict {
            Ok(Verdict::Complete(trailers)) => {
                self.close = Close::Cleanly(trailers);
                self.phase = Phase::Finishing;
                return true;
            }
            Ok(Verdict::Exited(close)) => {
                self.close = close;
                let present = self.stdout.as_ref().map_or(0, Reader::present);
                self.phase = Phase::Draining { present, drain: None };
                return true;
            }
            Ok(Verdict::Broken(reason)) => self.close = Close::Broken(reason),
            // The owner went down with its runtime.
            Err(_) => self.close = Close::Broken(Reason::Drain),
        }
        false
    }

    /// What the leader left in the pipe, whole; then what an escaped survivor writes, for a moment.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let read = self.read_now();
        let Phase::Draining { present, drain } = &mut self.phase else { return Poll::Ready(None) };
        let owed = *present > 0;
        *present = read.as_ref().map_or(0, |bytes| present.saturating_sub(bytes.len() as u64));
        if self.stdout.is_none() || (owed && read.is_some()) {
            return Poll::Ready(read);
        }
        let drain = drain.get_or_insert_with(|| Box::pin(sleep(DRAIN)));
        if drain.as_mut().poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        if read.is_some() { Poll::Ready(read) } else { self.poll_pipe(cx) }
    }

    /// One read, waiting for it; `None` at the end of the output, which is then closed.
    fn poll_pipe(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let Some(stdout) = &self.stdout else { return Poll::Ready(None) };
        let mut bytes = Vec::with_capacity(room(stdout));
        match ready!(stdout.poll_read(cx, &mut bytes)) {
            Ok(1..) => Poll::Ready(Some(bytes.into())),
            Ok(0) | Err(_) => {
                self.stdout = None;
                Poll::Ready(None)
            }
        }
    }

    /// One read without waiting; the end of the output closes it.
    fn read_now(&mut self) -> Option<Bytes> {
        let stdout = self.stdout.as_ref()?;
        let mut bytes = Vec::with_capacity(room(stdout));
        match stdout.try_read(&mut bytes) {
            Ok(1..) => Some(bytes.into()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            Ok(0) | Err(_) => {
                self.stdout = None;
                None
            }
        }
    }
}

/// How large a frame to make: what the pipe holds, within bounds.
fn room(stdout: &Reader) -> usize {
    usize::try_from(stdout.present()).unwrap_or(LARGEST).clamp(SMALLEST, LARGEST)
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let body = &mut *self;
        while let Some(bytes) = ready!(body.poll_data(cx)) {
            let bytes = body.within_length(bytes);
            // A frame of no bytes would be the last chunk of an HTTP/1.1 body.
            if !bytes.is_empty() {
                if let Some(exchange) = &body.exchange {
                    exchange.sent(bytes.len());
                }
                return Poll::Ready(Some(Ok(Frame::data(body.breaks.noting(bytes)))));
            }
        }
        match &mut body.state {
            State::Closing(close) => {
                let close = close.take();
                body.state = State::Done;
                match close {
                    Close::Cleanly(trailers) if !trailers.is_empty() => {
                        Poll::Ready(Some(Ok(Frame::trailers(trailers))))
                    }
                    _ => Poll::Ready(None),
                }
            }
            State::Breaking => match ready!(body.breaks.poll(&mut body.lives, cx)) {
                Some(first) => Poll::Ready(Some(Ok(Frame::data(first)))),
                None => {
                    body.state = State::Done;
                    Poll::Ready(Some(Err(Error::broken_off())))
                }
            },
            _ => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.known_length() == Some(0) && self.owed.unwrap_or(0) == 0
    }

    fn size_hint(&self) -> SizeHint {
        self.owed.or(self.known_length()).map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}

impl Default for Body {
    /// No bytes.
    fn default() -> Self {
        Self::whole(Bytes::new())
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        // The connection lets go of a body once the declared length is sent, and that is no client leaving.
        if self.owed == Some(0)
            && let Some(exchange) = &self.exchange
        {
            exchange.delivered();
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("known_length", &self.known_length()).finish_non_exhaustive()
    }
}
