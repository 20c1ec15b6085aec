//! Whole requests through [`read`]: a body in pieces, and everything that came of it.

mod bodies;
mod forms;
mod uploads;

use std::{
    collections::VecDeque,
    fmt::Write,
    fs,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderMap, Request,
    request::{self, Parts},
};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::{Captured, Feed, Incoming, Place, Received, read};
use crate::{
    budget::Budget,
    failure::{Failure, Kind},
    params::{Map, Value},
    service::Caps,
};

/// One thing that a client does.
#[derive(Clone, Debug)]
enum Step {
    Send(Bytes),
    /// Nothing for a moment.
    Pause,
    /// A frame that is no data.
    Trailers,
    /// The connection breaks.
    Break,
    /// Nothing any more.
    Hang,
}

/// A client's body; counts how many bytes were taken from it.
struct Client {
    steps: VecDeque<Step>,
    taken: Arc<AtomicUsize>,
    polls: Arc<AtomicUsize>,
}

impl Body for Client {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.polls.fetch_add(1, Ordering::Relaxed);
        match self.steps.pop_front() {
            None => Poll::Ready(None),
            Some(Step::Send(bytes)) => {
                self.taken.fetch_add(bytes.len(), Ordering::Relaxed);
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Some(Step::Pause) => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Step::Trailers) => Poll::Ready(Some(Ok(Frame::trailers(HeaderMap::new())))),
            Some(Step::Break) => Poll::Ready(Some(Err("reset by peer".into()))),
            Some(Step::Hang) => {
                self.steps.push_front(Step::Hang);
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty()
    }
}

/// A server's side of a request.
struct Bench {
    caps: Caps,
    captured: Captured,
    budget: Arc<Budget>,
    temp: TempDir,
    parse: bool,
    patience: Duration,
    taken: Arc<AtomicUsize>,
    polls: Arc<AtomicUsize>,
}

const BUDGET: usize = 64 << 20;

impl Bench {
    fn new() -> Self {
        Self {
            caps: Caps::default(),
            captured: Captured::default(),
            budget: Budget::new(BUDGET),
            temp: tempfile::tempdir().unwrap(),
            parse: true,
            patience: Duration::from_secs(30),
            taken: Arc::default(),
            polls: Arc::default(),
        }
    }

    fn place(&self) -> Place<'_> {
        Place {
            caps: &self.caps,
            body_timeout: self.patience,
            parse: self.parse,
            schema: None,
            captured: &self.captured,
            budget: &self.budget,
            temp: self.temp.path(),
        }
    }

    fn client(&self, steps: &[Step]) -> Incoming {
        let steps = steps.iter().cloned().collect();
        Client { steps, taken: Arc::clone(&self.taken), polls: Arc::clone(&self.polls) }.boxed_unsync()
    }

    /// Reads a request; everything that was begun elsewhere is over when this returns.
    fn read(&self, request: request::Builder, steps: &[Step]) -> Result<Received, Failure> {
        let head = head(request);
        runtime().block_on(read(&head, self.client(steps), &self.place()))
    }

    fn refused(&self, request: request::Builder, steps: &[Step]) -> Kind {
        let failure = self.read(request, steps).expect_err("a refusal");
        assert!(self.is_clean(), "something is left of {failure}");
        failure.kind
    }

    /// Whether no file and no byte of memory is taken.
    fn is_clean(&self) -> bool {
        fs::read_dir(self.temp.path()).unwrap().next().is_none() && self.budget.take(BUDGET).is_ok()
    }

    fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    fn polls(&self) -> usize {
        self.polls.load(Ordering::Relaxed)
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn head(request: request::Builder) -> Parts {
    request.body(()).unwrap().into_parts().0
}

fn post(content_type: &str) -> request::Builder {
    Request::builder().method("POST").uri("/").header("Content-Type", content_type)
}

fn sent(bytes: impl Into<Bytes>) -> Step {
    Step::Send(bytes.into())
}

/// In pieces of that size, with a pause after each.
fn pieces(bytes: &[u8], size: usize) -> Vec<Step> {
    bytes.chunks(size).flat_map(|piece| [sent(piece.to_owned()), Step::Pause]).collect()
}

/// Parameters as `{a:1,f:<name|type|content>}`.
fn notation(map: &Map) -> String {
    let mut text = String::new();
    write_map(&mut text, map);
    text
}

fn write_map(text: &mut String, map: &Map) {
    text.push('{');
    for (index, (name, value)) in map.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        write!(text, "{comma}{name}:").unwrap();
        write_value(text, value);
    }
    text.push('}');
}

fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Text(value) => text.push_str(value),
        Value::Json(value) => text.push_str(value.get()),
        Value::Map(map) => write_map(text, map),
        Value::List(values) => {
            text.push('[');
            for (index, value) in values.iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                write_value(text, value);
            }
            text.push(']');
        }
        Value::File(file) => {
            let content = fs::read(&file.path).unwrap();
            assert_eq!(content.len() as u64, file.size);
            let content = String::from_utf8_lossy(&content);
            write!(text, "<{}|{}|{content}>", file.filename, file.media_type).unwrap();
        }
    }
}

/// What goes to standard input, when that is known already.
fn replayed(feed: &Feed) -> Option<&[u8]> {
    match feed {
        Feed::Replay(bytes) => Some(bytes),
        Feed::Empty => Some(b""),
        Feed::Stream(_) => None,
    }
}
