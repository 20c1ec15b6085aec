//! Where an embedder takes what a service writes to its standard error and logs through the contract.

use std::{fmt, sync::Arc};

/// One line that a service wrote to its log: its standard error, or a `log` message.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use stackvana::{LogLine, Service, spawn};
///
/// let (sender, mut lines) = tokio::sync::mpsc::unbounded_channel();
/// let escaped = |line: LogLine<'_>| format!("{}: {}", line.id, line.text.escape_debug());
/// let service = Service::builder()
///     .command(["/bin/sh", "-c", r"printf '\033[2J\n' >&2"])
///     .log(move |line| sender.send(escaped(line)).expect("somebody listens"))
///     .build()?;
/// spawn(&service, http::Request::get("/").header("X-Request-Id", "7f3a").body(String::new())?).await;
/// assert_eq!(lines.recv().await.as_deref(), Some(r"7f3a: \u{1b}[2J"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LogLine<'a> {
    /// The id of the request that the line belongs to.
    pub id: &'a str,
    /// The line without its end; as the service wrote it, so escape it before a terminal sees it.
    pub text: &'a str,
}

impl<'a> LogLine<'a> {
    pub(crate) fn new(id: &'a str, text: &'a str) -> Self {
        Self { id, text }
    }
}

/// A function that takes log lines; it is called on a worker of the runtime, so it must not block.
#[derive(Clone)]
pub(crate) struct LogSink(Arc<dyn Fn(LogLine<'_>) + Send + Sync>);

impl LogSink {
    pub(crate) fn new(take: impl Fn(LogLine<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(take))
    }

    pub(crate) fn take(&self, line: LogLine<'_>) {
        (self.0)(line);
    }
}

impl fmt::Debug for LogSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogSink")
    }
}
