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
    protocol::{Block, Fault, Parser},
    service::Protocol,
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

/// The output until the answer begins.
struct Beginning {
    output: Vec<u8>,
    stdout: Option<Reader>,
    waits_for: WaitsFor,
}

/// What an answer begins with.
enum WaitsFor {
    Byte,
    Block(Parser),
    /// Nothing more: it has begun, perhaps with a header block.
    Nothing(Option<Block>),
}

/// Waits for the beginning of the answer, for `end`, or for the exit, whichever is first.
///
/// # Errors
/// When there is nothing to answer with: the failure that is its status.
pub(super) async fn open(run: &mut Run, stdout: Reader) -> Result<Opening, Failure> {
    let mut beginning = Beginning::new(run.spec.protocol, stdout);
    let known = loop {
        let event = tokio::select! {
            biased;
            begun = beginning.begin() => match begun {
                Ok(true) => break if run.hear_present() { Known::Complete } else { Known::Nothing },
                // Closed too early: the exit code decides, or `end`.
                Ok(false) => {
                    run.attach();
                    match &beginning.waits_for {
                        WaitsFor::Block(_) => break last_word(run).await,
                        _ => continue,
                    }
                }
                Err(fault) => return Err(bad_block(run, &fault)),
            },
            event = run.next() => event,
        };
        match event {
            Event::Complete => break Known::Complete,
            Event::Ended(ended) => {
                let rest = beginning.take_rest(run.is_success(ended.exit)).await;
                rest.map_err(|fault| bad_block(run, &fault))?;
                break Known::Ended(ended);
            }
            Event::Overdue(kind) => return Err(overdue(run, kind)),
            Event::BodyBroken(broken) => return Err(body_broken(run, &broken)),
        }
    };
    beginning.open(known, run).await
}

/// The output of a CGI program is over without an answer: its exit code can only make the reason clearer.
async fn last_word(run: &mut Run) -> Known {
    match timeout(DRAIN, run.process.ended()).await {
        Ok(ended) => Known::Ended(run.after(ended)),
        Err(_) => Known::Nothing,
    }
}

impl Beginning {
    fn new(protocol: Protocol, stdout: Reader) -> Self {
        let waits_for = match protocol {
            Protocol::Stack => WaitsFor::Byte,
            Protocol::Cgi => WaitsFor::Block(Parser::default()),
        };
        Self { output: Vec::with_capacity(FIRST), stdout: Some(stdout), waits_for }
    }

    /// Whether the answer began, or the output ended before it; never returns once it has. Nothing is lost when it
    /// is dropped.
    async fn begin(&mut self) -> Result<bool, Fault> {
        loop {
            make_room(&mut self.output);
            let Some(reader) = &self.stdout else { return std::future::pending().await };
            if !matches!(reader.read(&mut self.output).await, Ok(1..)) {
                self.stdout = None;
                return Ok(false);
            }
            if self.look()? {
                return Ok(true);
            }
        }
    }

    /// Whether what was read is a beginning; a header block is taken out of the output.
    fn look(&mut self) -> Result<bool, Fault> {
        let block = match &mut self.waits_for {
            WaitsFor::Byte => None,
            WaitsFor::Block(parser) => match parser.read(&self.output)? {
                Some(block) => {
                    self.output.drain(..block.length);
                    Some(block)
                }
                None => return Ok(false),
            },
            WaitsFor::Nothing(_) => return Ok(true),
        };
        self.waits_for = WaitsFor::Nothing(block);
        Ok(true)
    }

    /// The leader is gone before the answer began: what is in the pipe, or what comes soon from something that
    /// escaped.
    async fn take_rest(&mut self, is_success: bool) -> Result<(), Fault> {
        if self.take_present()? {
            return Ok(());
        }
        let begun = match is_success && self.stdout.is_some() {
            true => timeout(DRAIN, self.begin()).await.unwrap_or(Ok(false))?,
            false => false,
        };
        if !begun {
            self.stdout = None;
        }
        Ok(())
    }

    /// Reads what is there until the answer begins; whether it did.
    fn take_present(&mut self) -> Result<bool, Fault> {
        while let Some(reader) = &self.stdout {
            make_room(&mut self.output);
            match reader.try_read(&mut self.output) {
                Ok(1..) if self.look()? => return Ok(true),
                Ok(1..) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Ok(0) | Err(_) => self.stdout = None,
            }
        }
        Ok(false)
    }

    /// Decides what the answer is, once nothing more has to be waited for.
    async fn open(mut self, known: Known, run: &mut Run) -> Result<Opening, Failure> {
        if matches!(known, Known::Complete) && matches!(self.waits_for, WaitsFor::Block(_)) {
            self.take_present().map_err(|fault| bad_block(run, &fault))?;
        }
        let begun = match self.waits_for {
            WaitsFor::Block(parser) => return Err(no_block(run, &known, &parser)),
            WaitsFor::Nothing(Some(block)) => {
                run.begin(block);
                true
            }
            WaitsFor::Nothing(None) | WaitsFor::Byte => false,
        };
        let mut opening = Opening { output: self.output, stdout: self.stdout, known };
        opening.look_on(run).await;
        opening.decide(run, begun)
    }
}

/// A read takes what there is room for; without room it would take the pipe for ended.
fn make_room(output: &mut Vec<u8>) {
    if output.len() == output.capacity() {
        output.reserve(FIRST);
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
            make_room(&mut self.output);
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

    /// The decision table: what has not `begun` and has no byte of output is what its exit is.
    fn decide(self, run: &mut Run, begun: bool) -> Result<Self, Failure> {
        if let Some(reported) = reported(run) {
            return Err(reported);
        }
        let Known::Ended(ended) = &self.known else { return Ok(self) };
        if begun || !self.output.is_empty() || run.is_success(ended.exit) {
            return Ok(self);
        }
        Err(exited(run, ended.exit, "before its first byte"))
    }
}

/// The failure of an answer whose service reported an error.
fn reported(run: &mut Run) -> Option<Failure> {
    let line = run.draft.error()?.lines().next().unwrap_or_default().to_owned();
    let failure = Failure::new(Kind::Reported, "the service reported an error").detail(line);
    Some(run.failure(failure))
}

/// The failure of a service that ended without success before its answer began.
fn exited(run: &mut Run, exit: Exit, when: &str) -> Failure {
    let failure = match exit {
        Exit::Code(code) => {
            Failure::new(Kind::Exit, format!("the service ended with exit code {code} {when}"))
                .remedy(format!("its standard error says why; --ok-exit 0,{code} accepts the code"))
        }
        Exit::Signal(9) => Failure::new(Kind::Signal, format!("the service was killed by signal 9 {when}"))
            .remedy("not by the server: perhaps the system was out of memory"),
        Exit::Signal(signal) => {
            Failure::new(Kind::Signal, format!("the service was ended by signal {signal} {when}"))
        }
        Exit::Unknown => Failure::new(Kind::Internal, "how the service ended is not known")
            .remedy("another part of this program reaped it; it must not wait for any child (waitpid -1)"),
    };
    run.failure(failure)
}

/// The failure of a CGI program whose output is over before its header block is.
fn no_block(run: &mut Run, known: &Known, parser: &Parser) -> Failure {
    if let Some(reported) = reported(run) {
        return reported;
    }
    match known {
        Known::Ended(ended) if !run.is_success(ended.exit) => {
            exited(run, ended.exit, "before its header block was complete")
        }
        _ => bad_block(run, &parser.unfinished()),
    }
}

/// The failure of a CGI program whose output is no header block. The line goes to the log alone, or to the owner.
fn bad_block(run: &mut Run, fault: &Fault) -> Failure {
    if let Some(line) = fault.line() {
        run.log.hear(line);
    }
    run.failure(fault.failure())
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
