//! Why a request could not be served, as words: kinds, codes, messages and remedies. Knows no HTTP.

use std::fmt;

/// What went wrong, by its kind; `respond::problem` maps each to one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// The request line or the headers are not what HTTP asks for.
    BadRequest,
    /// No service answers that path.
    NoRoute,
    /// Services answer that path, but not by that method.
    MethodNotAllowed,
    /// A parameter of query, form or multipart cannot be taken.
    BadParameters,
    /// Parameters do not fit the schema of their service.
    InvalidParameters,
    /// A JSON body does not parse.
    BadJson,
    /// A multipart body does not parse.
    BadMultipart,
    /// A request body came too slowly.
    BodyTimeout,
    /// A parsed body is longer than `--max-body`.
    BodyTooLarge,
    /// An upload is longer than `--max-upload`, or has too many parts.
    UploadTooLarge,
    /// A parsed body is encoded (`Content-Encoding`) or in a charset that is not read.
    UnsupportedEncoding,
    /// The address is longer than the server takes.
    UriTooLong,
    /// The headers are more or longer than the server takes.
    HeadersTooLarge,
    /// The service ended with a code that is no success.
    Exit,
    /// The service was ended by a signal that the server did not send.
    Signal,
    /// The service reported an error on its control descriptor.
    Reported,
    /// The output of a CGI program does not begin with a header block.
    BadHeaderBlock,
    /// What is run could not be built of its source.
    Build,
    /// The program is not there.
    ProgramMissing,
    /// The file may not be executed.
    NotExecutable,
    /// The file's first line names an interpreter that is not there.
    BadInterpreter,
    /// The file is a program for another kind of processor, or no program at all.
    WrongFormat,
    /// The program's dynamic loader is not there.
    LoaderMissing,
    /// The program is still being written.
    TextBusy,
    /// The process could not be started, for a reason of the system.
    StartFailed,
    /// Every process is taken and so is every place to wait.
    QueueFull,
    /// No process became free in time.
    QueueTimeout,
    /// The system has no process left to give (EAGAIN).
    NoProcess,
    /// The server is ending.
    Draining,
    /// The whole request took longer than it may.
    Timeout,
    /// No first byte came in time.
    FirstByteTimeout,
    /// No byte moved in either direction for too long.
    Silent,
    /// The answer ended before the length that the service had declared.
    Short,
    /// There is no room to keep an upload.
    NoRoom,
    /// All parsed bodies together are more than `--max-buffered`.
    NoMemory,
    /// The server failed in a way that is its own fault.
    Internal,
}

impl Kind {
    /// The stable code of this kind, as `X-Stack-Error` and the log give it.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::BadRequest => "bad-request",
            Self::NoRoute => "no-route",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::BadParameters => "bad-parameters",
            Self::InvalidParameters => "invalid-parameters",
            Self::BadJson => "bad-json",
            Self::BadMultipart => "bad-multipart",
            Self::BodyTimeout => "body-timeout",
            Self::BodyTooLarge => "body-too-large",
            Self::UploadTooLarge => "upload-too-large",
            Self::UnsupportedEncoding => "unsupported-encoding",
            Self::UriTooLong => "uri-too-long",
            Self::HeadersTooLarge => "headers-too-large",
            Self::Exit => "exit",
            Self::Signal => "signal",
            Self::Reported => "error",
            Self::BadHeaderBlock => "bad-cgi-header",
            Self::Build => "build-failed",
            Self::ProgramMissing => "program-missing",
            Self::NotExecutable => "not-executable",
            Self::BadInterpreter => "bad-interpreter",
            Self::WrongFormat => "wrong-format",
            Self::LoaderMissing => "loader-missing",
            Self::TextBusy => "text-busy",
            Self::StartFailed => "start-failed",
            Self::QueueFull => "queue-full",
            Self::QueueTimeout => "queue-timeout",
            Self::NoProcess => "no-process",
            Self::Draining => "draining",
            Self::Timeout => "timeout",
            Self::FirstByteTimeout => "first-byte-timeout",
            Self::Silent => "silent",
            Self::Short => "short",
            Self::NoRoom => "no-room",
            Self::NoMemory => "no-memory",
            Self::Internal => "internal",
        }
    }
}

/// One failure: its kind, a sentence that names what failed, and what to do about it.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    /// Lower case, no trailing dot; safe to show to anybody.
    pub(crate) message: String,
    /// What the reader can do, when there is something.
    pub(crate) remedy: Option<String>,
    /// What only the service's owner may see: the tail of its standard error, its trace.
    pub(crate) detail: Option<String>,
    /// What each parameter has wrong, for [`Kind::InvalidParameters`].
    pub(crate) violations: Vec<Violation>,
}

/// One thing that is wrong with the parameters of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The place in the parameters, a JSON Pointer (RFC 6901).
    pub(crate) pointer: String,
    /// A sentence that names the parameter; lower case, no trailing dot.
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), remedy: None, detail: None, violations: Vec::new() }
    }

    /// The failure of parameters that do not fit their schema; there is at least one violation.
    pub(crate) fn invalid_parameters(violations: Vec<Violation>) -> Self {
        let first = violations.first().map_or("they do not fit", |violation| &violation.message);
        let message = match violations.len() {
            0 | 1 => first.to_owned(),
            2 => format!("{first}; and 1 more failure"),
            count => format!("{first}; and {} more failures", count - 1),
        };
        Self { violations, ..Self::new(Kind::InvalidParameters, message) }
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.remedy {
            Some(remedy) => write!(f, "; {remedy}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}
