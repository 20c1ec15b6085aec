//! From a prepared `Launch` to a running `Process`, or the failure in words.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    time::Duration,
};

use rustix::io::Errno;
use tokio::time::sleep;

use super::{
    Process,
    explain::explain,
    guardian::Seat,
    pad::{Pads, Program, Source},
    stdio::Theirs,
};
use crate::{
    failure::{Failure, Kind},
    os::StartError,
    service::{Launch, Strings},
};

/// How often a program that is still being written is tried again, and after which pause.
const BUSY_TRIES: u32 = 25;
const BUSY_PAUSE: Duration = Duration::from_millis(2);

/// Starts a process with `theirs` as its descriptors; they are closed here whatever happens.
///
/// # Errors
/// Which step failed, why, and what to do about it.
pub(crate) async fn start(
    launch: &Launch,
    environment: &Strings,
    theirs: Theirs,
) -> Result<Process, Failure> {
    let mut tries = 0;
    loop {
        match start_once(launch, environment, &theirs) {
            Ok(process) => return Ok(process),
            Err(StartError::Exec(Errno::TXTBSY)) if tries < BUSY_TRIES => tries += 1,
            Err(error) => return Err(explain(launch, error)),
        }
        sleep(BUSY_PAUSE).await;
    }
}

/// As [`start`], without a second try.
pub(super) fn start_once(
    launch: &Launch,
    environment: &Strings,
    theirs: &Theirs,
) -> Result<Process, StartError> {
    let system = |error: io::Error| StartError::System(Errno::from_io_error(&error).unwrap_or(Errno::AGAIN));
    let pads = Pads::get().map_err(system)?;
    let seat = Seat::take().map_err(system)?;
    let sources = [
        theirs.stdin.as_ref().map_or(Source::Null, pipe),
        pipe(&theirs.stdout),
        pipe(&theirs.stderr),
        pipe(&theirs.control),
        theirs.document.as_ref().map_or(Source::Closed, pipe),
    ];
    let started = pads.start(&Program { launch, environment, seat: seat.pid() }, sources)?;
    Ok(Process::new(started, seat))
}

fn pipe(end: &OwnedFd) -> Source<'_> {
    Source::Pipe(end.as_fd())
}

/// The failure of making pipes: descriptors have run out.
pub(crate) fn no_pipes(error: &io::Error) -> Failure {
    Failure::new(Kind::NoProcess, format!("no pipes can be made for a process: {error}"))
        .remedy("raise the limit of open files (ulimit -n), or lower --max-processes")
}
