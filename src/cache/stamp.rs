//! Whether a file is still the one that was looked at.

use std::{
    fs::Metadata,
    os::unix::fs::MetadataExt,
    path::Path,
    time::{Duration, SystemTime},
};

/// How far behind the clock the time of a file may be that is being written: the tick of the slowest kernel, and some.
const TICK: Duration = Duration::from_millis(20);

/// What changes when a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    modified: (i64, i64),
    size: u64,
    inode: u64,
}

impl Stamp {
    /// That of the file at this path now; nothing when there is none.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let about: Metadata = path.metadata().ok()?;
        Some(Self { modified: (about.mtime(), about.mtime_nsec()), size: about.size(), inode: about.ino() })
    }
}

/// Whether the file at this path was written, or put there, between `start` and now. A time that is still to come tells
/// nothing.
pub(crate) fn was_written_since(start: SystemTime, path: &Path) -> bool {
    // The time of the last change of any kind, which no program can set: a copy may bring an old time of writing along.
    let changed = path.metadata().ok().and_then(|about| {
        let (seconds, nanos) = (u64::try_from(about.ctime()).ok()?, u64::try_from(about.ctime_nsec()).ok()?);
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds) + Duration::from_nanos(nanos))
    });
    changed.is_some_and(|changed| changed + TICK >= start && changed <= SystemTime::now())
}
