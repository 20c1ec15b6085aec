//! Words for the user: the one place that writes to standard output and standard error outside the log.
//! That nobody reads them is no error.

use std::io::{self, Write};

use crate::service::Printable;

/// One line on standard output.
pub(super) fn out(line: &str) {
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

/// One line on standard error.
pub(super) fn note(line: &str) {
    let _ = writeln!(io::stderr(), "{}", Printable(line));
}

/// Why the program ends, on standard error.
pub(super) fn failed(error: &anyhow::Error) {
    note(&format!("stack: {error:#}"));
}

/// A text of several lines on standard error.
pub(super) fn text(text: &str) {
    text.lines().for_each(note);
}
