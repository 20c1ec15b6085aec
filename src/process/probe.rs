//! A short run of a program for what it prints: an interpreter's version, or its real path.

use std::{
    ffi::{CString, OsStr, OsString},
    io,
    os::{fd::AsFd, unix::ffi::OsStrExt},
    path::Path,
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{Wanted, pipes, read_present, start::start_once};
use crate::service::{Launch, Strings};

const LONGEST_RUN: Duration = Duration::from_secs(10);
/// More than any version or path is long.
const LONGEST: usize = 64 << 10;

/// Runs `program` in `directory` with an empty input and this process's environment with `variables` added, and
/// returns what it wrote to stdout.
///
/// Blocks, for at most [`LONGEST_RUN`]; then it and all that it started are killed.
///
/// # Errors
/// When it could not be started, or did not end its output in time.
pub(crate) fn probe(
    program: &Path,
    arguments: &[&str],
    (directory, variables): (&Path, &[(OsString, OsString)]),
) -> io::Result<Vec<u8>> {
    let deadline = Instant::now() + LONGEST_RUN;
    let c_string = |word: &OsStr| CString::new(word.as_bytes()).map_err(io::Error::other);
    let words = std::iter::once(program.as_os_str()).chain(arguments.iter().map(OsStr::new));
    let launch = Launch {
        program: c_string(program.as_os_str())?,
        arguments: words.collect(),
        environment: Strings::default(),
        directory: c_string(directory.as_os_str())?,
        _keep: None,
    };
    let mut environment = Strings::default();
    let own = std::env::vars_os().filter(|(name, _)| !variables.iter().any(|(known, _)| known == name));
    for (name, value) in own.chain(variables.iter().cloned()) {
        environment.push_variable(name.as_bytes(), value.as_bytes());
    }
    let (ours, theirs) = pipes(Wanted { stdin: false, document: false })?;
    let mut process = start_once(&launch, &environment, &theirs)
        .map_err(|error| io::Error::other(format!("{}: {error:?}", program.display())))?;
    drop(theirs);
    let mut output = Vec::new();
    while output.len() < LONGEST {
        let left = deadline.checked_duration_since(Instant::now()).ok_or(io::ErrorKind::TimedOut)?;
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        poll(&mut [PollFd::new(&ours.stdout, PollFlags::IN)], Some(&left))?;
        if read_present(ours.stdout.as_fd(), LONGEST, &mut output)? == 0 {
            break;
        }
    }
    process.end_blocking();
    Ok(output)
}
