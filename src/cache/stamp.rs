//! Whether a file is still the one that was looked at.

use std::{fs::Metadata, os::unix::fs::MetadataExt, path::Path};

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
