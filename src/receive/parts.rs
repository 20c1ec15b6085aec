//! The parts of a multipart body, one after the other, each to be read to its end before the next.
//!
//! multer finds the boundaries. Left to itself it would read ahead without a limit: it takes whatever its
//! stream gives before it looks at what it has. So its stream is a slot here, which is filled only when
//! multer has nothing left to answer from; a part header, the only thing that multer must see whole, is
//! bounded that way.

use std::{
    convert::Infallible,
    mem,
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};
use http_body_util::BodyDataStream;
use multer::{Field, Multipart};

use super::{disposition::Disposition, source::Source};
use crate::failure::{Failure, Kind};

/// How much multer is given at once.
const PIECE: usize = 64 << 10;
/// How much it may swallow without an answer: more than any header that is taken, with the end of the data
/// before.
const UNANSWERED: usize = 64 << 10;
/// The longest header of a part.
const LONGEST_HEADER: usize = 16 << 10;
/// What may stand behind the last boundary and is read, so that the connection can be used again.
const LONGEST_EPILOGUE: usize = 64 << 10;

/// A multipart body that is being read.
pub(super) struct Parts {
    source: Source,
    rest: Bytes,
    slot: Slot,
    multipart: Multipart<'static>,
    unanswered: usize,
}

/// One part: its names, and its content yet to be read.
pub(super) struct Part {
    pub(super) disposition: Disposition,
    field: Field<'static>,
}

impl Parts {
    pub(super) fn new(source: Source, boundary: String) -> Self {
        let slot = Slot::default();
        let multipart = Multipart::new(BodyDataStream::new(slot.clone()), boundary);
        Self { source, rest: Bytes::new(), slot, multipart, unanswered: 0 }
    }

    /// The next part; nothing after the last boundary.
    ///
    /// # Errors
    /// [`Kind::BadMultipart`] when there is neither, and whatever befalls the body.
    pub(super) async fn next(&mut self) -> Result<Option<Part>, Failure> {
        let field = loop {
            if let Poll::Ready(field) = poll_once(self.multipart.next_field()).await {
                break field.map_err(|error| unreadable(&error))?;
            }
            self.feed().await?;
        };
        self.unanswered = 0;
        let Some(field) = field else {
            self.finish().await?;
            return Ok(None);
        };
        if header_length(field.headers()) > LONGEST_HEADER {
            return Err(malformed("a part of the multipart body has headers longer than 16 KiB"));
        }
        Ok(Some(Part { disposition: Disposition::of(field.headers())?, field }))
    }

    /// More of a part's content; nothing at its end.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub(super) async fn chunk(&mut self, part: &mut Part) -> Result<Option<Bytes>, Failure> {
        loop {
            if let Poll::Ready(chunk) = poll_once(part.field.chunk()).await {
                self.unanswered = 0;
                return chunk.map_err(|error| unreadable(&error));
            }
            self.feed().await?;
        }
    }

    /// Fills the slot.
    async fn feed(&mut self) -> Result<(), Failure> {
        if self.unanswered >= UNANSWERED {
            return Err(malformed("the multipart body went on for 64 KiB without a part, or in one header"));
        }
        if self.rest.is_empty() {
            self.rest = self.source.next().await?.unwrap_or_default();
        }
        let piece = self.rest.split_to(self.rest.len().min(PIECE));
        self.unanswered += piece.len();
        self.slot.put(if piece.is_empty() { Content::End } else { Content::Piece(piece) });
        Ok(())
    }

    /// The whole form is known; what follows may still say that the body was cut.
    async fn finish(&mut self) -> Result<(), Failure> {
        let mut length = self.rest.len();
        while length <= LONGEST_EPILOGUE {
            match self.source.next().await? {
                Some(bytes) => length += bytes.len(),
                None => break,
            }
        }
        Ok(())
    }
}

/// What multer reads from. Nobody needs to be woken: who fills it also asks multer again.
#[derive(Clone, Debug, Default)]
struct Slot(Arc<Mutex<Content>>);

#[derive(Debug, Default)]
enum Content {
    #[default]
    Nothing,
    Piece(Bytes),
    End,
}

impl Slot {
    fn put(&self, content: Content) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = content;
    }
}

impl Body for Slot {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let mut content = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match mem::take(&mut *content) {
            Content::Nothing => Poll::Pending,
            Content::Piece(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Content::End => Poll::Ready(None),
        }
    }
}

/// Asks a future of multer's once; they keep nothing between two polls, so a new one goes on where this one
/// was.
async fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}

fn header_length(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len()).sum()
}

fn unreadable(error: &multer::Error) -> Failure {
    malformed(match error {
        multer::Error::IncompleteStream | multer::Error::IncompleteFieldData { .. } => {
            "the multipart body does not end with its boundary"
        }
        _ => "the headers of a part of the multipart body cannot be read",
    })
}

fn malformed(message: &str) -> Failure {
    Failure::new(Kind::BadMultipart, message)
}
