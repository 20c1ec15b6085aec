//! The files that a fork server has read, and whether they are still what it read.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    time::SystemTime,
};

use crate::cache::Stamp;

/// What one fork server has read, each with what it was once that server was ready.
#[derive(Debug)]
pub(super) struct Files {
    stamps: Vec<(Option<Stamp>, PathBuf)>,
    have_changed: AtomicBool,
    is_looked_at: AtomicBool,
}

impl Files {
    /// Those that were read since `start`. One that was written meanwhile may be another than the one that was read.
    pub(super) fn read_since(start: SystemTime, files: impl Iterator<Item = PathBuf>) -> Self {
        let stamps: Vec<_> = files.map(|file| (Stamp::of(&file), file)).collect();
        let was_written = |(stamp, _): &(Option<Stamp>, _)| stamp.is_some_and(|stamp| stamp.is_since(start));
        let have_changed = AtomicBool::new(stamps.iter().any(was_written));
        Self { stamps, have_changed, is_looked_at: AtomicBool::new(false) }
    }

    /// Whether one is another now, as far as somebody has looked.
    pub(super) fn have_changed(&self) -> bool {
        self.have_changed.load(Ordering::Relaxed)
    }

    /// What they are now counts as what was read.
    pub(super) fn accept(&self) {
        self.have_changed.store(false, Ordering::Relaxed);
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
        fs::{self, File},
        iter,
        time::{Duration, SystemTime},
    };

    use super::Files;

    #[test]
    fn what_was_written_while_it_was_read_or_since_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library");
        let written = |at: SystemTime| {
            let file = File::create(&path).unwrap();
            file.set_modified(at).unwrap();
        };
        let start = SystemTime::now() - Duration::from_secs(10);
        let read = || Files::read_since(start, iter::once(path.clone()));
        let second = Duration::from_secs(1);
        for (at, expected) in [(start - second, false), (start + second, true), (start + 60 * second, false)]
        {
            written(at);
            assert_eq!(read().have_changed(), expected, "{at:?}");
        }
        let files = read();
        files.look();
        assert!(!files.have_changed());
        fs::write(&path, "another").unwrap();
        assert!(!files.have_changed(), "nobody has looked");
        files.look();
        assert!(files.have_changed());
        files.accept();
        assert!(!files.have_changed());
        fs::remove_file(&path).unwrap();
        let gone = read();
        gone.look();
        assert!(!gone.have_changed(), "it was not there when it was read");
    }
}
