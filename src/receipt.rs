//! What a request cost and why it ended: collected while it runs, given out when the last part of it is gone.

use std::{
    any::Any,
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{
    failure::Kind,
    os,
    process::{Ended, Exit},
};

/// The account of one request, complete.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), stackvana::Error> {
/// use stackvana::{Receipt, Service, spawn};
///
/// let service = Service::builder().command(["/bin/sh", "-c", "exit 3"]).build()?;
/// let mut response = spawn(&service, http::Request::new(String::new())).await;
/// let receipt = response.extensions_mut().remove::<Receipt>().expect("every response has one");
/// drop(response);
/// let report = receipt.await.expect("the runtime goes on");
/// assert_eq!((report.status, report.exit_code, &*report.reason), (500, Some(3), "exit 3"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The request's id, as in `X-Request-Id`.
    pub id: String,
    /// The method.
    pub method: String,
    /// The path, as the client wrote it.
    pub path: String,
    /// The status that was sent; 0 when the client left before there was one.
    pub status: u16,
    /// Bytes of the response body that were handed to the connection.
    pub bytes: u64,
    /// From the request's head to its end.
    pub time: Duration,
    /// CPU time of the process and of the children that it waited for.
    pub cpu: Duration,
    /// Peak resident memory in bytes, where it can be known: a process inherits the server's own peak,
    /// so only what is above that is true.
    pub memory: Option<u64>,
    /// The server's own peak, below which `memory` cannot be told.
    pub memory_floor: u64,
    /// The exit code, when a process ran and ended by itself.
    pub exit_code: Option<i32>,
    /// Why it ended: `exit 0`, `signal 9`, `timeout`, `silent`, `client left`, or another failure's code.
    pub reason: String,
    /// Whether the answer was broken off after its head.
    pub broken_off: bool,
}

/// Resolves to the [`Report`] of a request; found in the extensions of its response.
///
/// `None` when the runtime went down first.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), stackvana::Error> {
/// let service = stackvana::Service::builder().command(["/bin/sh", "-c", "echo a; sleep 60"]).build()?;
/// let mut response = stackvana::spawn(&service, http::Request::new(String::new())).await;
/// let receipt = response.extensions_mut().remove::<stackvana::Receipt>().expect("every response has one");
/// drop(response);
/// assert!(receipt.await.is_some_and(|report| report.reason == "client left"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Receipt(Arc<Mutex<Option<oneshot::Receiver<Report>>>>);

impl Future for Receipt {
    type Output = Option<Report>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut receiver = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match receiver.as_mut() {
            Some(receiver) => Pin::new(receiver).poll(cx).map(Result::ok),
            None => Poll::Ready(None),
        }
    }
}

/// Why a request ended, where that is not how its process exited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Failure(Kind),
    Exit(Exit),
    ClientLeft,
    Drain,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failure(kind) => f.write_str(kind.code()),
            Self::Exit(Exit::Signal(9)) => f.write_str("signal 9, memory?"),
            Self::Exit(exit) => exit.fmt(f),
            Self::ClientLeft => f.write_str("client left"),
            Self::Drain => f.write_str("drain"),
        }
    }
}

/// Who is told of every finished request.
pub(crate) type Observer = Arc<dyn Fn(&Report) + Send + Sync>;

/// What is known of a request from the first.
pub(crate) struct Opening {
    pub(crate) id: String,
    pub(crate) traceparent: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) observer: Option<Observer>,
}

/// One request under way; its response body, its process and whoever waits share it. The last to go reports.
pub(crate) struct Exchange {
    pub(crate) opening: Opening,
    began: Instant,
    status: AtomicU16,
    bytes: AtomicU64,
    /// Microseconds since `began` at which the last byte moved, in either direction.
    moved: AtomicU64,
    reason: OnceLock<Reason>,
    broken_off: AtomicBool,
    /// The client has every byte that the head promised.
    delivered: AtomicBool,
    ended: OnceLock<Ended>,
    /// What makes a break-off visible where the protocol has no sign for it.
    reset: OnceLock<Box<dyn Fn() + Send + Sync>>,
    /// What is to be let go of together with the request.
    held: OnceLock<Box<dyn Any + Send + Sync>>,
    report: Mutex<Option<oneshot::Sender<Report>>>,
    receipt: Receipt,
}

impl Exchange {
    pub(crate) fn new(opening: Opening) -> Arc<Self> {
        let (sender, receiver) = oneshot::channel();
        Arc::new(Self {
            opening,
            began: Instant::now(),
            status: AtomicU16::new(0),
            bytes: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            reason: OnceLock::new(),
            broken_off: AtomicBool::new(false),
            delivered: AtomicBool::new(false),
            ended: OnceLock::new(),
            reset: OnceLock::new(),
            held: OnceLock::new(),
            report: Mutex::new(Some(sender)),
            receipt: Receipt(Arc::new(Mutex::new(Some(receiver)))),
        })
    }

    /// An account for a part of this request, which nobody is told of.
    pub(crate) fn within(&self) -> Arc<Self> {
        let Opening { id, traceparent, method, path, .. } = &self.opening;
        Self::new(Opening {
            id: id.clone(),
            traceparent: traceparent.clone(),
            method: method.clone(),
            path: path.clone(),
            observer: None,
        })
    }

    pub(crate) fn id(&self) -> &str {
        &self.opening.id
    }

    pub(crate) fn receipt(&self) -> Receipt {
        self.receipt.clone()
    }

    /// A byte moved, just now.
    pub(crate) fn progress(&self) {
        let micros = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.moved.fetch_max(micros, Ordering::Relaxed);
    }

    /// When the last byte moved.
    pub(crate) fn last_progress(&self) -> Instant {
        self.began + Duration::from_micros(self.moved.load(Ordering::Relaxed))
    }

    pub(crate) fn sent(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        self.progress();
    }

    pub(crate) fn answered(&self, status: u16) {
        self.status.store(status, Ordering::Relaxed);
    }

    /// The first reason holds: what comes after is its consequence.
    pub(crate) fn because(&self, reason: Reason) {
        let _ = self.reason.set(reason);
    }

    pub(crate) fn broken_off(&self, reason: Reason) {
        self.because(reason);
        self.broken_off.store(true, Ordering::Relaxed);
        if let Some(reset) = self.reset.get() {
            reset();
        }
    }

    /// Calls `reset` when the answer is broken off.
    pub(crate) fn resets(&self, reset: Box<dyn Fn() + Send + Sync>) {
        let _ = self.reset.set(reset);
    }

    /// Keeps `something` until the last part of the request is gone.
    pub(crate) fn hold(&self, something: Box<dyn Any + Send + Sync>) {
        let _ = self.held.set(something);
    }

    pub(crate) fn delivered(&self) {
        self.delivered.store(true, Ordering::Release);
    }

    pub(crate) fn is_delivered(&self) -> bool {
        self.delivered.load(Ordering::Acquire)
    }

    pub(crate) fn ended(&self, ended: Ended) {
        let _ = self.ended.set(ended);
    }

    fn settle(&self) -> Report {
        let ended = self.ended.get();
        let reason = match (self.reason.get(), ended) {
            (Some(Reason::Failure(Kind::Exit | Kind::Signal)), Some(ended)) => {
                Reason::Exit(ended.exit).to_string()
            }
            (Some(reason), _) => reason.to_string(),
            (None, Some(ended)) => Reason::Exit(ended.exit).to_string(),
            // It never came to an answer: dropped while its body was read, or in the queue.
            (None, None) if self.status.load(Ordering::Relaxed) == 0 => Reason::ClientLeft.to_string(),
            (None, None) => "answered".to_owned(),
        };
        let memory_floor = ended.filter(|ended| !ended.is_fork).map_or(0, |_| os::own_resident());
        Report {
            id: self.opening.id.clone(),
            method: self.opening.method.clone(),
            path: self.opening.path.clone(),
            status: self.status.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            time: self.began.elapsed(),
            cpu: ended.map_or(Duration::ZERO, |ended| ended.cpu),
            memory: ended.map(|ended| ended.resident).filter(|&resident| resident > memory_floor),
            memory_floor,
            exit_code: ended.and_then(|ended| match ended.exit {
                Exit::Code(code) => Some(code),
                Exit::Signal(_) | Exit::Unknown => None,
            }),
            reason,
            broken_off: self.broken_off.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let report = self.settle();
        if let Some(observer) = &self.opening.observer {
            observer(&report);
        }
        let sender = self.report.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = sender.take() {
            let _ = sender.send(report);
        }
    }
}
