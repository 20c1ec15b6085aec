//! A service as plain immutable data: what to start, with which limits, and how to read its answer.
//! Knows no disk and no request; `find` makes one from what a user typed.

mod build;
mod compilers;
mod language;
mod launch;
mod limits;
mod printable;
mod sink;
mod table;
mod template;
mod words;

use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
};

#[cfg(feature = "cli")]
pub(crate) use self::printable::Escaping;
pub(crate) use self::{
    build::{Builds, Compiler, Inputs, Product, Start, Step},
    language::{Bridge, Environment, Format, Language, SPARES, Starter},
    launch::{Launch, Strings},
    limits::{Timeouts, Warmth},
    printable::Printable,
    sink::LogSink,
    table::LANGUAGES,
    template::fill,
};
pub use self::{
    limits::{Caps, Errors, Warm},
    sink::LogLine,
};
use crate::schema::Schema;

/// One script or program that answers requests; cheap to clone, immutable.
///
/// ```no_run
/// # fn main() -> Result<(), stackvana::Error> {
/// let service = stackvana::Service::builder().file("./echo.py").build()?;
/// assert_eq!(service.name(), "python");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Service {
    spec: Arc<Spec>,
}

/// Everything that a request needs to know of its service.
#[derive(Debug)]
pub(crate) struct Spec {
    /// The language, or the command as typed, for the first line and the log.
    pub(crate) name: String,
    /// The script, where there is one; absolute.
    pub(crate) file: Option<PathBuf>,
    /// The language whose bridge runs the script; none for a program.
    pub(crate) language: Option<&'static Language>,
    /// What is executed.
    pub(crate) start: Start,
    /// What is started before its requests.
    pub(crate) warmth: Arc<Warmth>,
    /// How long its requests may take.
    pub(crate) timeouts: Timeouts,
    /// How large its requests may be.
    pub(crate) caps: Caps,
    /// What its output is.
    pub(crate) protocol: Protocol,
    /// Whether bodies become parameters; otherwise the program is raw.
    pub(crate) parse: bool,
    /// What its parameters must be.
    pub(crate) schema: Option<Arc<Schema>>,
    /// The encoding of the request document; none for a program without `--document`.
    pub(crate) document: Option<Format>,
    /// The `Content-Type` of answers that name none.
    pub(crate) content_type: Option<String>,
    /// The exit codes that mean success.
    pub(crate) ok_exit: Vec<i32>,
    /// Whether error pages show what the service wrote to its standard error.
    pub(crate) errors: Errors,
    /// Whether a client that only closed its sending half still waits for the answer.
    pub(crate) half_close: bool,
    /// Whether to say so when a program's first byte came only at its exit.
    pub(crate) buffering_hint: bool,
    /// Whether that was said.
    pub(crate) hinted: AtomicBool,
    /// Where the service's own log lines go besides the log.
    pub(crate) log: Option<LogSink>,
    /// What its owner should know of how it was found, one sentence each.
    pub(crate) notes: Vec<String>,
    /// What must live as long as the service: the folder of inline code.
    pub(crate) _keep: Option<Arc<dyn Keep>>,
}

/// What a service's standard output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// The body; the head is made by messages on descriptor 3.
    Stack,
    /// A header block first, as CGI programs write it (RFC 3875, section 6), then the body.
    Cgi,
}

/// Something that is only held, and released by its drop.
pub(crate) trait Keep: std::fmt::Debug + Send + Sync {}

impl Service {
    /// A service from its data.
    pub(crate) fn new(spec: Spec) -> Self {
        Self { spec: Arc::new(spec) }
    }

    /// What the service is called: its language, or the command as it was typed.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// What its owner should know of how it was found, one sentence each; empty for most.
    ///
    /// A file whose first line names something else than its extension says so here.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let file = folder.path().join(".env");
    /// std::fs::write(&file, "SERVER_PORT=80\n")?;
    /// let service = stackvana::Service::builder().command(["env"]).env_file(file).build()?;
    /// assert!(service.notes()[0].ends_with("is left out: only a request may set it"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.spec.notes
    }

    pub(crate) fn spec(&self) -> &Arc<Spec> {
        &self.spec
    }
}
