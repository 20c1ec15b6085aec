//! Whether a file is still the one that was looked at.

use std::{
    fs::Metadata,
    os::unix::fs::MetadataExt,
    path::Path,
    time::{Duration, SystemTime},
};

/// How far behind the clock the time of a file may be that is being written: the tick of the slowest kernel, and some.
#[cfg(feature = "fork")]
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

    /// Whether the file was written between `start` and now. A time that is still to come tells nothing.
    pub(crate) fn is_since(&self, start: SystemTime) -> bool {
        let (seconds, nanos) = self.modified;
        let (Ok(seconds), Ok(nanos)) = (u64::try_from(seconds), u64::try_from(nanos)) else { return false };
        let since_epoch = Duration::from_secs(seconds) + Duration::from_nanos(nanos);
        let Some(modified) = SystemTime::UNIX_EPOCH.checked_add(since_epoch) else { return false };
        modified + TICK >= start && modified <= SystemTime::now()
    }
}
