//! The files that a fork server has read, and whether they are still what it read.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    time::SystemTime,
};

use crate::cache::{Stamp, was_written_since};

/// What one fork server has read, each with what it was once that server was ready.
#[derive(Debug)]
pub(super) struct Files {
    stamps: Vec<(Option<Stamp>, PathBuf)>,
    /// Those that were written while they were read: they may be others than those that were read.
    written: BTreeSet<PathBuf>,
    have_changed: AtomicBool,
    is_looked_at: AtomicBool,
}

impl Files {
    /// Those that were read since `start`.
    pub(super) fn read_since(start: SystemTime, files: impl Iterator<Item = PathBuf>) -> Self {
        let stamps: Vec<_> = files.map(|file| (Stamp::of(&file), file)).collect();
        let paths = stamps.iter().map(|(_, path)| path);
        let written = paths.filter(|path| was_written_since(start, path)).cloned().collect();
        Self { stamps, written, have_changed: AtomicBool::default(), is_looked_at: AtomicBool::default() }
    }

    pub(super) fn written(&self) -> &BTreeSet<PathBuf> {
        &self.written
    }

    /// Whether one is another now, as far as somebody has looked.
    pub(super) fn have_changed(&self) -> bool {
        self.have_changed.load(Ordering::Relaxed)
    }

    /// Looks at all of them, which may take as long as their file system likes; one look at a time.
    pub(super) fn look(&self) {
        if self.is_looked_at.swap(true, Ordering::Acquire) {
            return;
        }
        if self.stamps.iter().any(|(stamp, file)| *stamp != Stamp::of(file)) {
            self.have_changed.store(true, Ordering::Relaxed);
        }
        self.is_looked_at.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs, iter,
        time::{Duration, SystemTime},
    };

    use super::Files;

    #[test]
    fn what_was_written_while_it_was_read_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library");
        fs::write(&path, "one").unwrap();
        // A copy brings an old time along.
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        fs::File::open(&path).unwrap().set_modified(long_ago).unwrap();
        let minute = Duration::from_secs(60);
        let now = SystemTime::now();
        for (start, is_written) in [(now - minute, true), (now + minute, false)] {
            let files = Files::read_since(start, iter::once(path.clone()));
            assert_eq!(files.written().contains(&path), is_written, "{start:?}");
        }
    }

    #[test]
    fn what_has_changed_since_is_seen_by_a_look() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library");
        fs::write(&path, "one").unwrap();
        let read = || Files::read_since(SystemTime::now(), iter::once(path.clone()));
        let files = read();
        files.look();
        assert!(!files.have_changed());
        fs::write(&path, "another").unwrap();
        assert!(!files.have_changed(), "nobody has looked");
        files.look();
        assert!(files.have_changed());
        fs::remove_file(&path).unwrap();
        let gone = read();
        gone.look();
        assert!(!gone.have_changed(), "it was not there when it was read");
    }
}
