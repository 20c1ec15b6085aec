//! How a process ended, as data, and the words for it.

use std::{fmt, time::Duration};

use crate::os::Waited;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It ended by itself with this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
    /// Somebody else reaped it, so that nobody can know.
    Unknown,
}

/// The end of a process, and what it cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) exit: Exit,
    /// CPU time of the process and of the children that it waited for.
    pub(crate) cpu: Duration,
    /// The high water of its resident memory in bytes, as the kernel gives it; exec hands on the
    /// starter's own high water, so that a number is true only when it is above the server's.
    pub(crate) resident: u64,
    /// Whether it was forked, and never executed anything by itself: then the number is true.
    pub(crate) is_fork: bool,
}

impl Ended {
    pub(super) const UNKNOWN: Self =
        Self { exit: Exit::Unknown, cpu: Duration::ZERO, resident: 0, is_fork: false };
}

impl From<Waited> for Ended {
    fn from(waited: Waited) -> Self {
        let exit = match waited.status & 0x7f {
            0 => Exit::Code(waited.status >> 8 & 0xff),
            signal => Exit::Signal(signal),
        };
        Self { exit, cpu: waited.cpu, resident: waited.resident, is_fork: false }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit {code}"),
            Self::Signal(signal) => write!(f, "signal {signal}"),
            Self::Unknown => f.write_str("exit unknown"),
        }
    }
}
