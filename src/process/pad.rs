//! The places that processes are started from: five low descriptors and a child's stack each.
//!
//! A child unshares the server's descriptor table from its highest source upwards, and the kernel copies what
//! lies below. So the sources are put on low numbers that were reserved at the first start: with 10,000 open
//! connections this makes more than four times as many starts a second as copying the table does.

use std::{
    array,
    fs::File,
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError, TryLockError, atomic::AtomicI32},
    thread,
};

use rustix::io::{DupFlags, dup3, fcntl_dupfd_cloexec};

use crate::{
    os::{self, DESCRIPTORS, Start, StartError, Started},
    service::{Launch, Strings},
};

/// How many starts may be under way at once; with five descriptors each they stay below 64.
const PADS: usize = 8;
const STACK: usize = 64 << 10;

/// All pads of this process.
pub(super) struct Pads {
    pads: [Mutex<Pad>; PADS],
    /// Stands on every slot that is not in use, and is a child's empty standard input.
    null: OwnedFd,
    above: u32,
}

struct Pad {
    slots: [OwnedFd; DESCRIPTORS],
    stack: Box<[u8]>,
}

/// What is to be started.
pub(super) struct Program<'a> {
    pub(super) launch: &'a Launch,
    pub(super) environment: &'a Strings,
    pub(super) seat: &'a AtomicI32,
}

/// What stands on one of a child's descriptors.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// Nothing: the descriptor is closed.
    Closed,
    /// `/dev/null`.
    Null,
    /// The child's end of a pipe.
    Pipe(BorrowedFd<'a>),
}

impl Pads {
    /// The pads, reserved at the first call.
    pub(super) fn get() -> io::Result<&'static Self> {
        static PADS: OnceLock<Pads> = OnceLock::new();
        if let Some(pads) = PADS.get() {
            return Ok(pads);
        }
        let fresh = Self::reserve()?;
        Ok(PADS.get_or_init(|| fresh))
    }

    fn reserve() -> io::Result<Self> {
        let file = File::options().read(true).write(true).open("/dev/null")?;
        // Above 4, where no child's own descriptor is put while the slots are still read.
        let null = fcntl_dupfd_cloexec(&file, 5)?;
        let mut highest = 0;
        let mut slot = || {
            let slot = fcntl_dupfd_cloexec(&null, 5)?;
            highest = highest.max(slot.as_raw_fd());
            io::Result::Ok(slot)
        };
        let mut pads = Vec::with_capacity(PADS);
        for _ in 0..PADS {
            let slots = [slot()?, slot()?, slot()?, slot()?, slot()?];
            pads.push(Mutex::new(Pad { slots, stack: vec![0; STACK].into() }));
        }
        let Ok(pads) = pads.try_into() else { unreachable!("the loop made exactly that many") };
        Ok(Self { pads, null, above: highest.unsigned_abs() + 1 })
    }

    /// Starts a process whose descriptors 0 to 4 are `sources`.
    pub(super) fn start(
        &self,
        what: &Program<'_>,
        sources: [Source<'_>; DESCRIPTORS],
    ) -> Result<Started, StartError> {
        let mut pad = self.free();
        let Pad { slots, stack } = &mut *pad;
        let set = (|| {
            for (slot, source) in slots.iter_mut().zip(&sources) {
                if let Source::Pipe(pipe) = source {
                    dup3(pipe, slot, DupFlags::CLOEXEC)?;
                }
            }
            Ok(())
        })();
        let started = set.map_err(StartError::System).and_then(|()| {
            let sources = array::from_fn(|at| match sources[at] {
                Source::Closed => None,
                Source::Null | Source::Pipe(_) => Some(slots[at].as_fd()),
            });
            let Program { launch, environment, seat } = *what;
            os::start(&Start { launch, environment, sources, above: self.above, seat }, stack)
        });
        for (slot, source) in slots.iter_mut().zip(&sources) {
            // The slot must let go of the pipe, or its reader would never see the end.
            if let Source::Pipe(_) = source {
                let _ = dup3(&self.null, slot, DupFlags::CLOEXEC);
            }
        }
        started
    }

    /// A pad that nobody uses, or the wait of a start's length for one.
    fn free(&self) -> MutexGuard<'_, Pad> {
        for pad in &self.pads {
            match pad.try_lock() {
                Ok(pad) => return pad,
                Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        thread::yield_now();
        self.pads[0].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
