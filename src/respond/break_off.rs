//! The break of a body: an error that must not overtake what was given out before it.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::Version;
use tokio::sync::oneshot;

/// Told by a body to who watches it: dropped with the body, or sent when the body breaks off.
pub(super) type Lives = oneshot::Sender<Patience>;

/// The wait of a body that breaks off until all that it gave out is written; its drop ends the wait.
#[derive(Debug)]
pub(crate) struct Patience(oneshot::Sender<Infallible>);

/// The way to a visible break.
#[derive(Default)]
pub(super) enum Break {
    /// On HTTP/1.1 a flush follows every poll that gives nothing.
    #[default]
    AtNextPoll,
    Now,
    /// On HTTP/2 another task writes, and a reset makes it throw away what it has not written.
    OnceWritten(Given),
}

/// What was given out to a connection of HTTP/2.
#[derive(Default)]
pub(super) struct Given {
    /// Every frame holds it until it is written; none before the first.
    unwritten: Option<Arc<oneshot::Sender<Infallible>>>,
    /// Closed when nothing is left unwritten.
    written: Option<oneshot::Receiver<Infallible>>,
    /// Closed when nobody has patience any more.
    late: Option<oneshot::Receiver<Infallible>>,
}

/// A frame that h2 drops when it has encoded it into what it writes next: a reset comes behind that.
struct Frame {
    bytes: Bytes,
    _unwritten: Arc<oneshot::Sender<Infallible>>,
}

impl AsRef<[u8]> for Frame {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Patience {
    /// Returns once the body has broken off, or was let go.
    pub(crate) async fn over(mut self) {
        self.0.closed().await;
    }
}

impl Break {
    /// As that version of HTTP needs it.
    pub(super) fn on(version: Version) -> Self {
        if version == Version::HTTP_2 { Self::OnceWritten(Given::default()) } else { Self::default() }
    }

    /// Takes note of a frame on its way out.
    pub(super) fn noting(&mut self, bytes: Bytes) -> Bytes {
        match self {
            Self::AtNextPoll | Self::Now => bytes,
            Self::OnceWritten(given) => given.noting(bytes),
        }
    }

    /// A frame that must come before the break, or `None` when it is time for it.
    pub(super) fn poll(&mut self, lives: &mut Option<Lives>, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        match self {
            Self::AtNextPoll => {
                *self = Self::Now;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Now => Poll::Ready(None),
            Self::OnceWritten(given) => given.poll(lives, cx),
        }
    }
}

impl Given {
    fn noting(&mut self, bytes: Bytes) -> Bytes {
        let written = &mut self.written;
        let unwritten = self.unwritten.get_or_insert_with(|| {
            let (sender, receiver) = oneshot::channel();
            *written = Some(receiver);
            Arc::new(sender)
        });
        Bytes::from_owner(Frame { bytes, _unwritten: Arc::clone(unwritten) })
    }

    fn poll(&mut self, lives: &mut Option<Lives>, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.written.is_none() {
            // The head is unwritten too. An empty frame stands behind it, needs no window, and can be followed; more
            // than this one would be taken for a flood by some proxies.
            return Poll::Ready(Some(self.noting(Bytes::new())));
        }
        self.unwritten = None;
        if let Some(written) = &mut self.written
            && Pin::new(written).poll(cx).is_ready()
        {
            return Poll::Ready(None);
        }
        let late = self.late.get_or_insert_with(|| {
            let (patience, late) = oneshot::channel();
            if let Some(lives) = lives.take() {
                // Where nobody watches any more, the patience comes back and is over.
                let _ = lives.send(Patience(patience));
            }
            late
        });
        let _ = ready!(Pin::new(late).poll(cx));
        Poll::Ready(None)
    }
}
