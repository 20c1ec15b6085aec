//! The log of the command line: the library's events as lines on standard error, never in the way of a request.

mod lines;
mod lossy;

use std::{fs::File, io, os::fd::AsFd, time::Duration};

use tracing_subscriber::layer::SubscriberExt;

pub(super) use self::lines::NOTICE;
use self::{lines::Lines, lossy::Lossy};

/// How long the end of the program waits for the last lines to be written.
const LAST_LINES: Duration = Duration::from_millis(250);

/// How lines look, and which there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Times and ids, a line for every request.
    Server,
    /// The same without the lines of requests.
    QuietServer,
    /// What the service wrote as it wrote it, since there is one request only.
    Filter,
}

/// The running log; its drop writes what is still waiting.
#[derive(Debug)]
#[must_use = "the last lines are lost when it is dropped early"]
pub struct Log {
    lossy: Lossy,
}

impl Log {
    /// Makes the whole program log to standard error.
    pub(super) fn start(style: Style) -> io::Result<Self> {
        // A descriptor of its own: who writes to `io::stderr()` must not wait for a log that is stuck.
        let lossy = Lossy::start(File::from(io::stderr().as_fd().try_clone_to_owned()?))?;
        let subscriber = tracing_subscriber::registry().with(Lines::new(style, lossy.clone()));
        tracing::subscriber::set_global_default(subscriber).map_err(io::Error::other)?;
        Ok(Self { lossy })
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.lossy.flush(LAST_LINES);
    }
}
