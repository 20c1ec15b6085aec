//! The public error of making a service and of starting to serve: opaque, with questions. Knows no HTTP.

use std::{error, fmt, io};

use crate::failure::{Failure, Kind};

/// Why a service could not be made, or could not begin to serve.
///
/// Its display names what failed and what to do about it; the `is_*` questions tell the cases apart.
///
/// ```
/// use stackvana::{Builder, Service};
///
/// let error = Service::builder().file("./no-such-file.py").build().unwrap_err();
/// assert!(error.is_missing_file() && !error.is_address_taken());
/// assert_eq!(error.to_string(), "there is no file ./no-such-file.py");
///
/// let refused = |builder: Builder| builder.build().unwrap_err();
/// assert!(refused(Service::builder()).is_nothing_to_serve());
/// assert!(refused(Service::builder().file("/")).is_not_servable());
/// assert!(refused(Service::builder().command(["no-such-program"])).is_missing_program());
/// assert!(refused(Service::builder().command(["true"]).env("STACK_CONTROL", "")).is_invalid_setting());
/// let script = Service::builder().code("print(1)");
/// assert!(refused(script.clone()).is_unknown_language());
/// assert!(refused(script.language("python").interpreter("/nowhere/python")).is_missing_interpreter());
/// ```
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    remedy: Option<String>,
    source: Option<io::Error>,
}

/// What went wrong, where code branches on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// There is no file of that name.
    MissingFile,
    /// There is no program of that name, neither here nor on the `PATH`.
    MissingProgram,
    /// The file is none that can be served: a folder, or one that may not be executed.
    NotServable,
    /// No language was named and none can be told from the file, or the named one does not exist.
    UnknownLanguage,
    /// The interpreter that the script needs is not installed.
    MissingInterpreter,
    /// Neither a file nor a command nor code was given.
    NothingToServe,
    /// A setting has a value that it cannot have.
    InvalidSetting,
    /// Another program listens on the address.
    AddressTaken,
    /// The service failed after the head of its answer was sent.
    BrokenOff,
    /// The system refused something that was needed.
    System,
}

impl Error {
    /// An error of that kind; the message is lower case, names the thing that failed, has no trailing dot.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { inner: Box::new(Inner { kind, message: message.into(), remedy: None, source: None }) }
    }

    /// The error of a body whose service failed after its first byte.
    pub(crate) fn broken_off() -> Self {
        Self::new(ErrorKind::BrokenOff, "the service failed after its first byte")
    }

    /// What the system refused, with its reason.
    pub(crate) fn system(message: impl Into<String>, source: io::Error) -> Self {
        let mut error = Self::new(ErrorKind::System, message);
        error.inner.source = Some(source);
        error
    }

    /// Adds what the reader can do about it.
    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.inner.remedy = Some(remedy.into());
        self
    }

    /// As the failure of a request that wanted the service which could not be made.
    pub(crate) fn failure(&self) -> Failure {
        let kind = match self.kind() {
            ErrorKind::MissingInterpreter | ErrorKind::MissingProgram | ErrorKind::MissingFile => {
                Kind::ProgramMissing
            }
            _ => Kind::StartFailed,
        };
        let failure = Failure::new(kind, self.inner.message.clone());
        match &self.inner.remedy {
            Some(remedy) => failure.remedy(remedy.clone()),
            None => failure,
        }
    }

    /// Whether what is missing may be installed later, without a change of the service.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self.kind(), ErrorKind::MissingInterpreter | ErrorKind::MissingProgram)
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// Whether the file to serve does not exist.
    #[must_use]
    pub fn is_missing_file(&self) -> bool {
        self.kind() == ErrorKind::MissingFile
    }

    /// Whether the command to serve is no program on the `PATH`.
    #[must_use]
    pub fn is_missing_program(&self) -> bool {
        self.kind() == ErrorKind::MissingProgram
    }

    /// Whether the file exists but is a folder, a device, or may not be executed.
    #[must_use]
    pub fn is_not_servable(&self) -> bool {
        self.kind() == ErrorKind::NotServable
    }

    /// Whether the language is unknown, or was neither named nor detected.
    #[must_use]
    pub fn is_unknown_language(&self) -> bool {
        self.kind() == ErrorKind::UnknownLanguage
    }

    /// Whether the script's interpreter is not installed here.
    #[must_use]
    pub fn is_missing_interpreter(&self) -> bool {
        self.kind() == ErrorKind::MissingInterpreter
    }

    /// Whether neither a file nor a command nor code was given.
    #[must_use]
    pub fn is_nothing_to_serve(&self) -> bool {
        self.kind() == ErrorKind::NothingToServe
    }

    /// Whether a setting has a value that it cannot have.
    #[must_use]
    pub fn is_invalid_setting(&self) -> bool {
        self.kind() == ErrorKind::InvalidSetting
    }

    /// Whether another program listens on the address already.
    #[must_use]
    pub fn is_address_taken(&self) -> bool {
        self.kind() == ErrorKind::AddressTaken
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)?;
        match &self.inner.remedy {
            Some(remedy) => write!(f, "; {remedy}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, message, remedy, source } = &*self.inner;
        let mut debug = f.debug_struct("Error");
        debug.field("kind", kind).field("message", message).field("remedy", remedy);
        debug.field("source", source).finish()
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.inner.source.as_ref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use std::{error::Error as _, io};

    use super::{Error, ErrorKind};

    #[test]
    fn the_display_is_the_message_and_the_remedy() {
        let error = Error::new(ErrorKind::MissingFile, "there is no x.py").remedy("check its name");
        assert_eq!(error.to_string(), "there is no x.py; check its name");
        assert!(error.is_missing_file() && !error.is_unknown_language());
    }

    #[test]
    fn a_system_error_keeps_its_source() {
        let error = Error::system("cannot read x.py", io::Error::from(io::ErrorKind::PermissionDenied));
        assert_eq!(error.to_string(), "cannot read x.py");
        assert!(error.source().is_some());
    }
}
