//! From the start of a process to the moment at which its answer's status is decided.

use std::{io, time::Duration};

use tokio::time::timeout;

use super::{
    pump::BodyBroken,
    run::{Event, Run},
};
use crate::{
    failure::{Failure, Kind},
    process::{Ended, Exit, Reader},
};

/// The first read; most answers fit.
const FIRST: usize = 16 << 10;
/// How much is read on before the head when more is there already.
const MOST: usize = 64 << 10;
/// How long something that escaped its group may hold standard output open without a byte.
const DRAIN: Duration = Duration::from_millis(250);
/// Output has ended: how long to wait for the exit, so that a short answer can have a length.
const EXIT: Duration = Duration::from_millis(1);

/// What is known when the head goes out.
pub(super) struct Opening {
    /// The output so far.
    pub(super) output: Vec<u8>,
    /// Where more may come from; none at the end of the output.
    pub(super) stdout: Option<Reader>,
    pub(super) known: Known,
}

/// What is known of how it goes on.
pub(super) enum Known {
    Nothing,
    /// The service said that its answer is complete.
    Complete,
    Ended(Ended),
}

/// Waits for the first byte of output, for `end`, or for the exit, whichever is first.
///
/// # Errors
/// When there is nothing to answer with: the failure that is its status.
pub(super) async fn open(run: &mut Run, stdout: Reader) -> Result<Opening, Failure> {
    let mut stdout = Some(stdout);
    let mut output = Vec::with_capacity(FIRST);
    let known = loop {
        let event = tokio::select! {
            biased;
            is_output = first_byte(&mut stdout, &mut output) => if is_output {
                break if run.hear_present() { Known::Complete } else { Known::Nothing };
            } else {
                // Closed without a byte: the exit code decides, or `end`.
                run.attach();
                continue;
            },
            event = run.next() => event,
        };
        match event {
            Event::Complete => break Known::Complete,
            Event::Ended(ended) => {
                last_byte(&mut stdout, &mut output, run.is_success(ended.exit)).await;
                break Known::Ended(ended);
            }
            Event::Overdue(kind) => return Err(overdue(run, kind)),
            Event::BodyBroken(broken) => return Err(body_broken(run, &broken)),
        }
    };
    let mut opening = Opening { output, stdout, known };
    opening.look_on(run).await;
    opening.decide(run)
}

/// Whether a first byte came, or the output ended; never returns once it has.
async fn first_byte(stdout: &mut Option<Reader>, output: &mut Vec<u8>) -> bool {
    let Some(reader) = stdout else { return std::future::pending().await };
    if matches!(reader.read(output).await, Ok(1..)) {
        return true;
    }
    *stdout = None;
    false
}

/// The leader is gone without a byte: what is in the pipe, or what comes soon from something that escaped.
async fn last_byte(stdout: &mut Option<Reader>, output: &mut Vec<u8>, is_success: bool) {
    let Some(reader) = stdout else { return };
    match reader.try_read(output) {
        Ok(1..) => {}
        Err(error) if error.kind() == io::ErrorKind::WouldBlock && is_success => {
            if !matches!(timeout(DRAIN, reader.read(output)).await, Ok(Ok(1..))) {
                *stdout = None;
            }
        }
        Ok(0) | Err(_) => *stdout = None,
    }
}

impl Opening {
    /// Takes what is there already, so that a short answer goes out whole and with its length. The one wait, for
    /// the exit after the end of output, withholds no byte that could come later.
    async fn look_on(&mut self, run: &mut Run) {
        while let Some(stdout) = &self.stdout {
            if self.output.len() >= MOST {
                return;
            }
            if self.output.len() == self.output.capacity() {
                self.output.reserve(FIRST);
            }
            match stdout.try_read(&mut self.output) {
                Ok(1..) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if matches!(self.known, Known::Complete) {
                        // What the pipe held when the service said so is the whole answer.
                        self.stdout = None;
                    }
                    return;
                }
                Ok(0) | Err(_) => self.stdout = None,
            }
        }
        if matches!(self.known, Known::Nothing)
            && let Ok(ended) = timeout(EXIT, run.process.ended()).await
        {
            self.known = Known::Ended(run.after(ended));
        }
    }

    /// The decision table: what no byte of output was, its exit is.
    fn decide(self, run: &mut Run) -> Result<Self, Failure> {
        if let Some(error) = run.draft.error() {
            let line = error.lines().next().unwrap_or_default();
            let failure =
                Failure::new(Kind::Reported, "the service reported an error").detail(line.to_owned());
            return Err(run.failure(failure));
        }
        let Known::Ended(ended) = &self.known else { return Ok(self) };
        if !self.output.is_empty() || run.is_success(ended.exit) {
            return Ok(self);
        }
        let failure = match ended.exit {
            Exit::Code(code) => Failure::new(
                Kind::Exit,
                format!("the service ended with exit code {code} before its first byte"),
            )
            .remedy(format!("its standard error says why; --ok-exit 0,{code} accepts the code")),
            Exit::Signal(9) => {
                Failure::new(Kind::Signal, "the service was killed by signal 9 before its first byte")
                    .remedy("not by the server: perhaps the system was out of memory")
            }
            Exit::Signal(signal) => Failure::new(
                Kind::Signal,
                format!("the service was ended by signal {signal} before its first byte"),
            ),
            Exit::Unknown => Failure::new(Kind::Internal, "how the service ended is not known").remedy(
                "another part of this program reaped it; it must not wait for any child (waitpid -1)",
            ),
        };
        Err(run.failure(failure))
    }
}

fn overdue(run: &mut Run, kind: Kind) -> Failure {
    let limits = &run.spec.timeouts;
    let name = &run.spec.name;
    let (kind, message, remedy) = match kind {
        Kind::FirstByteTimeout if run.feeds.waits_for_client() => {
            let limit = limits.first_byte.unwrap_or_default();
            let message = format!("no byte of the request body came for {limit:?}; {name} was ended");
            (Kind::BodyTimeout, message, "see --idle-timeout and --first-byte-timeout")
        }
        Kind::FirstByteTimeout => {
            let limit = limits.first_byte.unwrap_or_default();
            let message =
                format!("Timeout Limit Hit. Request Aborted! {name} gave no byte in {limit:?} and was ended");
            (kind, message, "see --timeout and --first-byte-timeout")
        }
        _ => {
            let limit = limits.total.unwrap_or_default();
            let message =
                format!("Timeout Limit Hit. Request Aborted! {name} was not done in {limit:?} and was ended");
            (kind, message, "see --timeout; --timeout 0 is no limit")
        }
    };
    run.failure(Failure::new(kind, message).remedy(remedy))
}

/// The group goes before its standard input is closed: a cut upload must not look whole to it.
pub(super) fn body_broken(run: &mut Run, broken: &BodyBroken) -> Failure {
    run.process.kill_now();
    run.feeds.stop();
    Failure::new(Kind::BadRequest, format!("the request body broke off: {}", broken.0))
}
