//! What kills the children when the server itself is killed: a small process that blocks on a pipe.
//!
//! A child writes its pid into its seat of a shared table before it executes anything, and the server clears
//! the seat just before it reaps. When the server is gone the pipe ends, and the guardian kills every group
//! in the table. A parent-death signal would not do: it belongs to the starting thread, and spares
//! grandchildren. What escapes its group by `setsid` escapes the guardian too.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicI32, Ordering},
    },
};

use rustix::{
    pipe::{PipeFlags, pipe_with},
    process::Pid,
};
use tokio::{io::Interest, runtime::Handle};

use crate::os::{self, Started, Wait};

/// More processes than this never run at once under one server.
const SEATS: usize = 1 << 16;

static TABLE: OnceLock<Table> = OnceLock::new();

/// The guardian's table, and who sits where.
struct Table {
    pids: &'static [AtomicI32],
    free: Mutex<Free>,
    guardian: Mutex<Guardian>,
    watched: AtomicBool,
}

struct Free {
    returned: Vec<u16>,
    never_used: usize,
}

struct Guardian {
    process: Started,
    /// Held open for as long as the server lives; never written.
    _pipe: OwnedFd,
}

/// One place in the table, given back by its drop.
#[derive(Debug)]
pub(super) struct Seat {
    number: u16,
    pid: &'static AtomicI32,
}

/// Starts the guardian, unless it is there.
///
/// # Errors
/// When the system has no memory or process for it.
pub(crate) fn guard() -> io::Result<()> {
    table().map(drop)
}

fn table() -> io::Result<&'static Table> {
    if let Some(table) = TABLE.get() {
        return Ok(table);
    }
    static STARTING: Mutex<()> = Mutex::new(());
    let _one = lock(&STARTING);
    if let Some(table) = TABLE.get() {
        return Ok(table);
    }
    let pids = os::shared_pids(SEATS)?;
    let free = Mutex::new(Free { returned: Vec::new(), never_used: 0 });
    let guardian = Mutex::new(Guardian::start(pids)?);
    Ok(TABLE.get_or_init(|| Table { pids, free, guardian, watched: AtomicBool::new(false) }))
}

impl Guardian {
    fn start(pids: &[AtomicI32]) -> io::Result<Self> {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC)?;
        // The guardian closes its copy of the writer along with everything else that it inherits.
        Ok(Self { process: os::fork_guardian(reader.as_fd(), pids)?, _pipe: writer })
    }
}

impl Seat {
    /// A seat for a process that is about to start.
    pub(super) fn take() -> io::Result<Self> {
        let table = table()?;
        table.keep_watched();
        let mut free = lock(&table.free);
        let number = match free.returned.pop() {
            Some(number) => number,
            None => {
                let number = u16::try_from(free.never_used).map_err(|_| io::ErrorKind::OutOfMemory)?;
                free.never_used += 1;
                number
            }
        };
        Ok(Self { number, pid: &table.pids[usize::from(number)] })
    }

    pub(super) fn pid(&self) -> &AtomicI32 {
        self.pid
    }

    /// To be called while the leader is still unreaped, so that its pid cannot be another's yet.
    pub(super) fn clear(&self) {
        self.pid.store(0, Ordering::Release);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.clear();
        if let Some(table) = TABLE.get() {
            lock(&table.free).returned.push(self.number);
        }
    }
}

impl Table {
    /// Sees to it that one task of a living runtime, where there is one, waits for the guardian's end.
    fn keep_watched(&'static self) {
        let Ok(runtime) = Handle::try_current() else { return };
        if self.watched.swap(true, Ordering::AcqRel) {
            return;
        }
        let watch = Unwatched(&self.watched);
        runtime.spawn(async move {
            let _watch = watch;
            self.replace_when_dead().await;
        });
    }

    async fn replace_when_dead(&self) {
        loop {
            let pidfd = lock(&self.guardian).process.pidfd.try_clone();
            let Ok(pidfd) = pidfd.and_then(|fd| os::watch(fd, Interest::READABLE)) else { return };
            if pidfd.readable().await.is_err() {
                return;
            }
            let mut guardian = lock(&self.guardian);
            let _ = os::wait(guardian.process.pid, Wait::Not);
            match Guardian::start(self.pids) {
                Ok(next) => *guardian = next,
                Err(error) => {
                    tracing::error!(%error, "the guardian died and cannot be started again");
                    return;
                }
            }
        }
    }
}

/// Lets another runtime watch when the one that did is gone.
struct Unwatched(&'static AtomicBool);

impl Drop for Unwatched {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Whether this pid is one that the engine itself waits for.
pub(crate) fn is_ours(pid: Pid) -> bool {
    let Some(table) = TABLE.get() else { return false };
    let used = lock(&table.free).never_used;
    let raw = pid.as_raw_nonzero().get();
    lock(&table.guardian).process.pid == pid
        || table.pids[..used].iter().any(|seat| seat.load(Ordering::Acquire) == raw)
}

/// These locks guard plain data that no panic can leave half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
