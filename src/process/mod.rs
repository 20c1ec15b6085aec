//! Processes: started with the contract's descriptors and no other, killed and reaped as whole groups.
//! Knows no request.

mod exit;
mod explain;
mod fork_server;
mod guardian;
mod orphans;
mod pad;
mod probe;
mod start;
mod stdio;

use std::{io, mem, os::fd::OwnedFd, sync::atomic::Ordering, time::Duration};

use rustix::{
    io::Errno,
    process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid},
};
use tokio::{
    io::{Interest, unix::AsyncFd},
    runtime::Handle,
    time::sleep,
};

use self::guardian::Seat;
pub(crate) use self::{
    exit::{Ended, Exit},
    fork_server::{ForkServer, Refusal},
    guardian::guard,
    orphans::reap_orphans,
    probe::probe,
    start::{no_pipes, start},
    stdio::{Ours, Reader, Theirs, Wanted, Writer, pipes, read_present, write_present},
};
use crate::os::{self, Started, Wait};

/// How often an exit is looked for when the runtime cannot watch one more descriptor.
const POLL: Duration = Duration::from_millis(5);

/// A started process and its whole group; dropped unreaped, the group is killed at once, and reaped by the runtime where
/// there is one.
#[derive(Debug)]
pub(crate) struct Process {
    pid: Pid,
    pidfd: Watch,
    /// Until it is dropped.
    seat: Option<Seat>,
    /// Whether it was forked, and not executed: only then is the kernel's figure for its memory its own.
    is_fork: bool,
    /// Who had it has dropped it, and it is only to be reaped.
    is_left: bool,
    ended: Option<Ended>,
}

/// The descriptor that becomes readable at the leader's exit.
#[derive(Debug)]
enum Watch {
    Unregistered(Option<OwnedFd>),
    Registered(AsyncFd<OwnedFd>),
}

impl Process {
    fn new(started: Started, seat: Seat) -> Self {
        let pidfd = Watch::Unregistered(Some(started.pidfd));
        Self { pid: started.pid, pidfd, seat: Some(seat), is_fork: false, is_left: false, ended: None }
    }

    /// A child that a fork server has made for this process.
    fn forked(started: Started, seat: Seat) -> Self {
        seat.pid().store(started.pid.as_raw_nonzero().get(), Ordering::Release);
        let mut process = Self::new(started, seat);
        process.is_fork = true;
        process
    }

    /// The leader's, which is also its group's.
    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    /// How the process ended, when it has; then its group is killed and it is reaped. Never waits.
    pub(crate) fn try_ended(&mut self) -> Option<Ended> {
        if self.ended.is_none() {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            match waitid(WaitId::Pid(self.pid), options) {
                Ok(None) | Err(Errno::INTR) => return None,
                Ok(Some(_)) => self.reap(),
                // An embedder's own `waitpid(-1)` was faster.
                Err(_) => self.ended = Some(Ended::UNKNOWN),
            }
        }
        self.ended
    }

    /// Ends what the leader left behind, then the leader: while it is unreaped its pid is nobody else's, and
    /// one SIGKILL to a group is atomic against fork, so that no member can slip away.
    fn reap(&mut self) {
        self.signal(Signal::KILL);
        if let Some(seat) = &self.seat {
            seat.clear();
        }
        let waited = os::wait(self.pid, Wait::Not).ok().flatten();
        let ended = waited.map_or(Ended::UNKNOWN, Ended::from);
        self.ended = Some(Ended { is_fork: self.is_fork, ..ended });
    }

    /// Waits for the leader's exit; nothing is lost when it is dropped.
    pub(crate) async fn ended(&mut self) -> Ended {
        loop {
            if let Some(ended) = self.try_ended() {
                return ended;
            }
            match self.watch() {
                Ok(watch) => match watch.readable().await {
                    // Readable is for good, so that a second look is all that could clear it wrongly.
                    Ok(mut readiness) => readiness.retain_ready(),
                    Err(_) => sleep(POLL).await,
                },
                Err(_) => sleep(POLL).await,
            }
        }
    }

    fn watch(&mut self) -> io::Result<&AsyncFd<OwnedFd>> {
        if let Watch::Unregistered(pidfd) = &mut self.pidfd {
            let pidfd = pidfd.take().ok_or(io::ErrorKind::OutOfMemory)?;
            self.pidfd = Watch::Registered(os::watch(pidfd, Interest::READABLE)?);
        }
        match &self.pidfd {
            Watch::Registered(watch) => Ok(watch),
            Watch::Unregistered(_) => Err(io::ErrorKind::OutOfMemory.into()),
        }
    }

    /// Asks the whole group to end.
    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// SIGKILL to the whole group; waits until the leader is reaped.
    pub(crate) async fn kill(&mut self) -> Ended {
        self.kill_now();
        // No deadline: a process in the kernel's hands cannot be hurried, and must not be forgotten.
        self.ended().await
    }

    /// SIGKILL to the whole group, and no wait.
    pub(crate) fn kill_now(&self) {
        self.signal(Signal::KILL);
    }

    /// Kills the group and waits until the leader is reaped; for the short runs before there is a runtime.
    fn end_blocking(&mut self) {
        if self.try_ended().is_none() {
            self.signal(Signal::KILL);
            let waited = os::wait(self.pid, Wait::UntilExit).ok().flatten();
            self.ended = Some(waited.map_or(Ended::UNKNOWN, Ended::from));
        }
    }

    /// The leader leads its own session, so its pid is the group's; once reaped it may be anybody's. A fork that has
    /// not come to that yet is alone.
    fn signal(&self, signal: Signal) {
        if self.ended.is_none() && kill_process_group(self.pid, signal).is_err() {
            let _ = kill_process(self.pid, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.try_ended().is_some() {
            return;
        }
        self.signal(Signal::KILL);
        // Mostly too early, and nothing may block here. What is left is dropped in its turn where the runtime is going
        // down, and then the zombie is the successor's.
        if !self.is_left
            && self.try_ended().is_none()
            && let Ok(runtime) = Handle::try_current()
        {
            let pidfd = mem::replace(&mut self.pidfd, Watch::Unregistered(None));
            let seat = self.seat.take();
            let mut left = Self { pidfd, seat, is_left: true, ..*self };
            runtime.spawn(async move { left.ended().await });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustix::process::{WaitId, WaitIdOptions, waitid};
    use tokio::time::{sleep, timeout};

    use super::{Wanted, pipes, start};
    use crate::service::Launch;

    #[tokio::test]
    async fn attack_39_what_is_dropped_unreaped_is_killed_and_reaped() {
        let launch = Launch::endless();
        let (_ours, theirs) = pipes(Wanted { stdin: false, document: false }).unwrap();
        let process = start(&launch, &launch.environment, theirs).await.unwrap();
        let pid = process.pid();
        drop(process);
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let reaped = async {
            while waitid(WaitId::Pid(pid), options).is_ok() {
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(Duration::from_secs(20), reaped).await.expect("it is reaped");
    }
}
