//! One process at work for one request: everything that must be listened to, in one place.

use std::{
    io,
    ops::{Deref, DerefMut},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, time::timeout};

use super::{
    clock::{Clock, Phase, until},
    log::Log,
    peer::{Peer, Present},
    pump::{BodyBroken, Feeds},
};
use crate::{
    control::{Decoder, Line},
    failure::{Failure, Kind},
    process::{Ended, Exit, Process, Reader, read_present},
    protocol::Block,
    receipt::{Exchange, Reason},
    receive::Held,
    respond::{Close, Draft, Heard},
    service::{Launch, Spec},
    slots::Permit,
    warm::Way,
};

/// Most processes are done by then, and never cost a registration of the pipes that they do not use.
const ATTACH: Duration = Duration::from_millis(3);
/// One read of standard error or of the control channel.
const READ: usize = 16 << 10;
/// What is read of either at the exit: a survivor could write for ever.
const LAST: usize = 1 << 20;

/// One process, and all that belongs to its request.
pub(super) struct Run {
    pub(super) process: Process,
    /// How it came to wait for the request, where it did.
    pub(super) way: Option<Way>,
    /// Kept, since a program may load more of itself while it runs.
    pub(super) _launch: Arc<Launch>,
    pub(super) spec: Arc<Spec>,
    pub(super) exchange: Arc<Exchange>,
    pub(super) draft: Draft,
    pub(super) log: Log,
    pub(super) feeds: Feeds,
    pub(super) permit: Permit,
    pub(super) stderr: Channel,
    pub(super) control: Channel,
    pub(super) decoder: Decoder,
    pub(super) clock: Clock,
    pub(super) attached: bool,
    /// Kept until the process is reaped: its uploads and the memory of its parsed body; its client's presence.
    pub(super) _held: Held,
    pub(super) _present: Option<Present>,
    pub(super) peer: Option<Arc<Peer>>,
}

/// What happened next.
pub(super) enum Event {
    /// The service said that its answer is complete.
    Complete,
    /// The leader exited; everything that it said before was heard.
    Ended(Ended),
    Overdue(Kind),
    BodyBroken(BodyBroken),
}

/// A pipe from the process, registered with the runtime only when it is waited for.
pub(super) enum Channel {
    Quiet(OwnedFd),
    Watched(Reader),
    Closed,
}

impl Run {
    /// The next thing that matters to the answer; standard error and the feeds run meanwhile. Nothing is lost
    /// when it is dropped.
    pub(super) async fn next(&mut self) -> Event {
        loop {
            let alarm = self.alarm();
            let Self { process, stderr, control, feeds, exchange, attached, .. } = self;
            let mut said = Vec::new();
            let mut logged = Vec::new();
            tokio::select! {
                biased;
                ended = process.ended(), if *attached => return Event::Ended(self.after(ended)),
                () = until(alarm) => match self.clock.overdue() {
                    Some(kind) => return Event::Overdue(kind),
                    None => self.attach(),
                },
                () = control.read(&mut said) => if self.hear(&said) {
                    return Event::Complete;
                },
                broken = feeds.run(exchange) => return Event::BodyBroken(broken),
                () = stderr.read(&mut logged) => self.log.take(&logged),
            }
        }
    }

    /// When to look up: at the next deadline, and at [`ATTACH`] before that.
    fn alarm(&self) -> Option<Instant> {
        let attach = (!self.attached).then(|| self.clock.started + ATTACH);
        let deadline = self.clock.deadline().map(|(at, _)| at);
        attach.into_iter().chain(deadline).min()
    }

    /// Registers what was left aside so far.
    pub(super) fn attach(&mut self) {
        self.attached = true;
        self.stderr.watch();
        self.control.watch();
    }

    /// Applies control bytes; whether they said that the answer is complete.
    fn hear(&mut self, bytes: &[u8]) -> bool {
        let lines = self.decoder.push(bytes);
        self.apply(lines)
    }

    fn apply(&mut self, lines: Vec<Line>) -> bool {
        let mut complete = false;
        for line in lines {
            match line {
                Line::Ignored(why) => self.log.refuse(&why),
                Line::Message(message) => match self.draft.hear(message) {
                    Heard::Taken => {}
                    Heard::Log(text) => self.log.hear(&text),
                    Heard::Refused(why) => self.log.refuse(&why),
                    Heard::End => complete = true,
                },
            }
        }
        complete
    }

    /// Takes the header block that the output of a CGI program began with.
    pub(super) fn begin(&mut self, block: Block) {
        for name in block.left_out {
            self.log.refuse(&format!("{name} is the server's to send"));
        }
        if let Heard::Refused(why) = self.draft.begin(block.status, block.fields) {
            self.log.refuse(&why);
        }
    }

    /// Hears exactly what the control channel holds at this moment: what was written before the first byte of
    /// output is in it, since write(2) on the one has returned before the other began. A raw read, since the
    /// runtime's cached readiness may be behind; a bounded one, since a thread could write for ever.
    pub(super) fn hear_present(&mut self) -> bool {
        let mut said = Vec::new();
        self.control.read_present(usize::MAX, &mut said);
        !said.is_empty() && self.hear(&said)
    }

    /// The leader is gone: takes what it left on the control channel and on standard error, to emptiness and
    /// not to their end, which a survivor may hold open.
    pub(super) fn after(&mut self, ended: Ended) -> Ended {
        self.exchange.ended(ended);
        self.feeds.stop();
        let (mut said, mut logged) = (Vec::new(), Vec::new());
        while said.len() < LAST && self.control.read_present(READ, &mut said) > 0 {}
        while logged.len() < LAST && self.stderr.read_present(READ, &mut logged) > 0 {}
        self.hear(&said);
        let last = self.decoder.finish();
        self.apply(last);
        self.log.take(&logged);
        self.log.end();
        ended
    }

    /// Whether an exit is a success: any is, once the service has said that its answer is complete.
    pub(super) fn is_success(&self, exit: Exit) -> bool {
        self.draft.is_complete() || matches!(exit, Exit::Code(code) if self.spec.ok_exit.contains(&code))
    }

    /// How a body ends that was sent up to this exit.
    pub(super) fn close(&mut self, exit: Exit) -> Close {
        if !self.is_success(exit) {
            return Close::Broken(Reason::Exit(exit));
        }
        match self.draft.error() {
            Some(_) => Close::Broken(Reason::Failure(Kind::Reported)),
            None => Close::Cleanly(self.draft.take_trailers()),
        }
    }

    /// SIGTERM to the group, the grace, SIGKILL; standard error goes on to the log meanwhile.
    pub(super) async fn end(&mut self) {
        self.process.terminate();
        self.end_terminated().await;
    }

    /// As [`Self::end`], for a group that has its SIGTERM already.
    async fn end_terminated(&mut self) {
        if !self.exits_within_grace().await {
            let ended = self.process.kill().await;
            self.after(ended);
        }
    }

    /// The answer is complete: gives the process its grace to exit by itself, then ends it.
    pub(super) async fn finish(&mut self) {
        if !self.exits_within_grace().await {
            self.end().await;
        }
    }

    async fn exits_within_grace(&mut self) -> bool {
        self.clock.phase = Phase::Ending;
        self.feeds.stop();
        self.attach();
        let grace = self.spec.timeouts.kill_grace;
        let gone = async { while !matches!(self.next().await, Event::Ended(_)) {} };
        timeout(grace, gone).await.is_ok()
    }

    /// Why nobody takes the answer any more.
    pub(super) fn departure(&self) -> Reason {
        let is_cut = self.peer.as_ref().is_some_and(|peer| peer.is_cut());
        if is_cut { Reason::Drain } else { Reason::ClientLeft }
    }

    /// A failure with the end of standard error, for who may see it.
    pub(super) fn failure(&mut self, failure: Failure) -> Failure {
        let mut logged = Vec::new();
        self.stderr.read_present(LAST, &mut logged);
        self.log.take(&logged);
        let tail = self.log.tail();
        if tail.is_empty() { failure } else { failure.detail(tail) }
    }
}

impl Channel {
    /// Registers the pipe with the runtime; a system that cannot leaves it unread.
    fn watch(&mut self) {
        *self = match std::mem::replace(self, Self::Closed) {
            Self::Quiet(pipe) => Reader::new(pipe).map_or(Self::Closed, Self::Watched),
            other => other,
        };
    }

    /// Waits for bytes; never returns once the pipe has ended.
    async fn read(&mut self, into: &mut Vec<u8>) {
        into.reserve(if matches!(self, Self::Watched(_)) { READ } else { 0 });
        loop {
            let Self::Watched(reader) = self else { return std::future::pending().await };
            match reader.read(into).await {
                Ok(1..) => return,
                Ok(0) | Err(_) => *self = Self::Closed,
            }
        }
    }

    /// Reads what is there, and at most `most` bytes, without waiting.
    fn read_present(&self, most: usize, into: &mut Vec<u8>) -> usize {
        let pipe: BorrowedFd<'_> = match self {
            Self::Quiet(pipe) => pipe.as_fd(),
            Self::Watched(reader) => reader.pipe(),
            Self::Closed => return 0,
        };
        let read: io::Result<usize> = read_present(pipe, most, into);
        read.unwrap_or(0)
    }
}

/// A run that ends its process when it is let go: the client has left, or the request has failed.
pub(super) struct Owned {
    run: Option<Box<Run>>,
    runtime: Handle,
}

impl Owned {
    pub(super) fn new(run: Run) -> Self {
        Self { run: Some(Box::new(run)), runtime: Handle::current() }
    }

    /// The run without its guard.
    pub(super) fn release(mut self) -> Box<Run> {
        self.run.take().expect("only the drop takes it as well")
    }
}

impl Deref for Owned {
    type Target = Run;

    fn deref(&self) -> &Run {
        self.run.as_ref().expect("only the drop takes it")
    }
}

impl DerefMut for Owned {
    fn deref_mut(&mut self) -> &mut Run {
        self.run.as_mut().expect("only the drop takes it")
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        let Some(mut run) = self.run.take() else { return };
        if let Some(ended) = run.process.try_ended() {
            run.after(ended);
            return;
        }
        run.exchange.because(run.departure());
        // At once and not in the task: a busy runtime must not keep a service alive that nobody waits for. If the
        // runtime is going down, the task is dropped and with it the process, which is killed.
        run.process.terminate();
        self.runtime.spawn(async move { run.end_terminated().await });
    }
}
