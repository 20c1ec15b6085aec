//! What a [`Builder`](super::Builder) holds: what was asked for, as it was said.

use std::{ffi::OsString, path::PathBuf, time::Duration};

/// What runs.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Nothing,
    File(PathBuf),
    Command(Vec<OsString>),
    Code(String),
}

/// What becomes of request bodies.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bodies {
    /// Parsed for a script, raw for a program.
    ByKind,
    Parsed,
    Raw,
}

/// The deadlines as they were set: not at all, to a time, or to none.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    pub(super) total: Option<Option<Duration>>,
    pub(super) first_byte: Option<Option<Duration>>,
    pub(super) silence: Option<Option<Duration>>,
    pub(super) kill_grace: Option<Duration>,
}
