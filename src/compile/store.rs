//! The builds in the cache: folders named by what they were made of, published whole by one rename, held while
//! a program in them is served, and bounded in number and bytes.

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use rustix::{
    fs::{AtFlags, CWD, FlockOperation, Timespec, Timestamps, UTIME_NOW, flock, utimensat},
    io::Errno,
};

use crate::cache::{self, PrivateFolder, random};

/// What is kept, unless it is held.
const BOUNDS: Bounds = Bounds { entries: 400, bytes: 2 << 30 };
/// When a scratch folder has been left by a build that was killed.
const FORGOTTEN: Duration = Duration::from_secs(3600);

/// How many builds and lists of inputs there may be, and how many bytes they may have together.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    entries: usize,
    bytes: u64,
}

/// The folder of builds.
#[derive(Debug)]
pub(super) struct Store {
    root: PathBuf,
    bounds: Bounds,
    /// Where the cache cannot be used, builds go with their service.
    _private: Option<PrivateFolder>,
}

/// A build that is used: while this lives, no eviction takes its folder.
#[derive(Debug)]
pub(super) struct Held {
    folder: PathBuf,
    _lock: fs::File,
}

/// A folder for a build to work in, beside the finished ones so that a rename can move it; its drop removes it.
#[derive(Debug)]
pub(super) struct Scratch {
    path: PathBuf,
}

impl Store {
    /// The builds of this user, or a private folder where there is no safe cache.
    pub(super) fn open() -> io::Result<Self> {
        let in_cache = cache::folder().and_then(|cache| {
            let root = cache.join("builds");
            cache::own_folder(&root)?;
            // Without locks nothing would tell an eviction what is used.
            flock(fs::File::open(&root)?, FlockOperation::NonBlockingLockShared)?;
            Ok(root)
        });
        match in_cache {
            Ok(root) => Ok(Self { root, bounds: BOUNDS, _private: None }),
            Err(_) => {
                let private = PrivateFolder::create()?;
                Ok(Self { root: private.path().to_owned(), bounds: BOUNDS, _private: Some(private) })
            }
        }
    }

    /// The build of that key, from now on held; nothing when it has no `product`, which somebody may have removed.
    pub(super) fn find(&self, key: u64, product: &OsStr) -> Option<Held> {
        let held = Held::hold(&self.folder(key)).ok()?;
        held.path(product).exists().then_some(held)
    }

    /// Moves what `make` left in the scratch folder's `product` to the place of that key.
    ///
    /// When another server was faster, its build is as good: both were made of the same.
    pub(super) fn publish(&self, scratch: &Scratch, (key, product): (u64, &OsStr)) -> io::Result<Held> {
        let folder = self.folder(key);
        let held = match fs::rename(scratch.product(), &folder) {
            Ok(()) => Held::hold(&folder)?,
            Err(error) if is_taken(&error) => match self.find(key, product) {
                Some(held) => held,
                // Nobody can use what has no program, not even who holds it.
                None => {
                    discard(&folder)?;
                    fs::rename(scratch.product(), &folder)?;
                    Held::hold(&folder)?
                }
            },
            Err(error) => return Err(error),
        };
        self.evict();
        Ok(held)
    }

    /// What was read beside the source when something of that source was last built.
    pub(super) fn inputs(&self, source_key: u64) -> Vec<PathBuf> {
        let list = self.list(source_key);
        touch(&list);
        let text = fs::read_to_string(list).unwrap_or_default();
        text.lines().map(PathBuf::from).collect()
    }

    /// Remembers what [`Self::inputs`] gives. A path that is no line of text cannot be listed.
    pub(super) fn remember(&self, source_key: u64, inputs: &[PathBuf]) -> io::Result<()> {
        let lines = inputs.iter().filter_map(|path| path.to_str()).filter(|path| !path.contains('\n'));
        let text: String = lines.flat_map(|line| [line, "\n"]).collect();
        cache::replace(&self.list(source_key), text.as_bytes())
    }

    pub(super) fn scratch(&self) -> io::Result<Scratch> {
        let scratch = Scratch { path: self.root.join(format!(".{:016x}", random()?)) };
        let mut builder = fs::DirBuilder::new();
        builder.mode(0o700).create(&scratch.path)?;
        builder.create(scratch.product())?;
        Ok(scratch)
    }

    fn folder(&self, key: u64) -> PathBuf {
        self.root.join(format!("{key:016x}"))
    }

    fn list(&self, source_key: u64) -> PathBuf {
        self.root.join(format!("{source_key:016x}.inputs"))
    }

    /// Removes the builds that nobody has used for longest until the rest is within its bounds; never one that
    /// is held, by whichever server.
    fn evict(&self) {
        let mut kept: Vec<_> = self.entries().collect();
        kept.sort_by_key(|entry| std::cmp::Reverse(entry.used));
        let (mut count, mut bytes) = (0, 0);
        for entry in kept {
            (count, bytes) = (count + 1, bytes + entry.bytes);
            if count > self.bounds.entries || bytes > self.bounds.bytes || entry.is_forgotten() {
                entry.remove();
            }
        }
    }

    fn entries(&self) -> impl Iterator<Item = Entry> {
        fs::read_dir(&self.root).into_iter().flatten().flatten().filter_map(|entry| Entry::of(entry.path()))
    }
}

impl Held {
    fn hold(folder: &Path) -> io::Result<Self> {
        let lock = fs::File::open(folder)?;
        flock(&lock, FlockOperation::NonBlockingLockShared)?;
        // An eviction that was there first has taken away what was locked here.
        if lock.metadata()?.ino() != fs::metadata(folder)?.ino() {
            return Err(io::ErrorKind::NotFound.into());
        }
        touch(folder);
        Ok(Self { folder: folder.to_owned(), _lock: lock })
    }

    pub(super) fn path(&self, name: &OsStr) -> PathBuf {
        self.folder.join(name)
    }
}

impl Scratch {
    /// Where the compilers work.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What is kept of it.
    pub(super) fn product(&self) -> PathBuf {
        self.path.join("product")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Left behind, it is taken for forgotten after a while.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A file or folder of the store.
struct Entry {
    path: PathBuf,
    used: SystemTime,
    bytes: u64,
}

impl Entry {
    fn of(path: PathBuf) -> Option<Self> {
        let about = fs::symlink_metadata(&path).ok()?;
        let bytes = if about.is_dir() { size(&path) } else { about.len() };
        Some(Self { path, used: about.modified().ok()?, bytes })
    }

    fn is_scratch(&self) -> bool {
        self.path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
    }

    fn is_forgotten(&self) -> bool {
        self.is_scratch() && self.used.elapsed().is_ok_and(|age| age > FORGOTTEN)
    }

    fn remove(&self) {
        if self.is_scratch() && !self.is_forgotten() {
            return;
        }
        // What cannot be removed now is tried again by the next build.
        let _ = match self.path.is_dir() {
            false => fs::remove_file(&self.path),
            true => remove_folder(&self.path),
        };
    }
}

/// Removes a build; one that is used stays.
fn remove_folder(folder: &Path) -> io::Result<()> {
    let lock = fs::File::open(folder)?;
    match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => return Ok(()),
        result => result?,
    }
    discard(folder)
}

/// It is renamed first, so that nobody finds half of it.
fn discard(folder: &Path) -> io::Result<()> {
    let doomed = folder.with_file_name(format!(".{:016x}", random()?));
    fs::rename(folder, &doomed)?;
    fs::remove_dir_all(doomed)
}

/// Makes this the time of the last use, which decides what an eviction takes; on a file system without that it is
/// when it was made.
fn touch(path: &Path) {
    const NOW: Timespec = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    let now = Timestamps { last_access: NOW, last_modification: NOW };
    let _ = utimensat(CWD, path, &now, AtFlags::empty());
}

/// Whether something stands where a folder was to be moved.
fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists)
}

/// The bytes of all files below a folder.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(about) if about.is_dir() => size(&entry.path()),
        Ok(about) => about.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use super::{Bounds, Store};

    fn store(root: &tempfile::TempDir, bounds: Bounds) -> Store {
        Store { root: root.path().to_owned(), bounds, _private: None }
    }

    const PROGRAM: &str = "program";
    const ROOMY: Bounds = Bounds { entries: 100, bytes: 1 << 20 };

    /// Publishes a build of so many bytes.
    fn publish(store: &Store, key: u64, bytes: usize) -> super::Held {
        let scratch = store.scratch().unwrap();
        fs::write(scratch.product().join(PROGRAM), vec![b'x'; bytes]).unwrap();
        store.publish(&scratch, (key, PROGRAM.as_ref())).unwrap()
    }

    #[test]
    fn a_build_is_found_again_and_scratch_is_gone() {
        let root = tempfile::tempdir().unwrap();
        let store = store(&root, ROOMY);
        assert!(store.find(1, PROGRAM.as_ref()).is_none());
        let path = publish(&store, 1, 5).path(PROGRAM.as_ref());
        assert_eq!(fs::read(&path).unwrap().len(), 5);
        assert_eq!(store.find(1, PROGRAM.as_ref()).unwrap().path(PROGRAM.as_ref()), path);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn of_two_equal_builds_the_first_stays() {
        let root = tempfile::tempdir().unwrap();
        let store = store(&root, ROOMY);
        publish(&store, 1, 5);
        let path = publish(&store, 1, 7).path(PROGRAM.as_ref());
        assert_eq!(fs::read(path).unwrap().len(), 5);
    }

    #[test]
    fn a_build_that_lost_its_program_is_replaced() {
        let root = tempfile::tempdir().unwrap();
        let store = store(&root, ROOMY);
        let used = publish(&store, 1, 5);
        let path = used.path(PROGRAM.as_ref());
        fs::write(path.with_file_name("other"), "").unwrap();
        fs::remove_file(&path).unwrap();
        assert!(store.find(1, PROGRAM.as_ref()).is_none());
        assert_eq!(publish(&store, 1, 7).path(PROGRAM.as_ref()), path);
        assert_eq!(fs::read(path).unwrap().len(), 7);
    }

    #[test]
    fn what_was_locked_is_what_stands_there() {
        let root = tempfile::tempdir().unwrap();
        let store = store(&root, ROOMY);
        drop(publish(&store, 1, 5));
        let folder = store.folder(1);
        super::remove_folder(&folder).unwrap();
        assert!(super::Held::hold(&folder).is_err() && fs::read_dir(root.path()).unwrap().next().is_none());
    }

    #[test]
    fn inputs_are_remembered() {
        let root = tempfile::tempdir().unwrap();
        let store = store(&root, ROOMY);
        let inputs = ["/a b.h", "/c.h"].map(PathBuf::from);
        store.remember(1, &inputs).unwrap();
        assert_eq!(store.inputs(1), inputs);
        assert!(store.inputs(2).is_empty());
    }

    #[test]
    fn the_bounds_hold_but_for_what_is_used() {
        for bounds in [Bounds { entries: 2, ..ROOMY }, Bounds { bytes: 250, ..ROOMY }] {
            let root = tempfile::tempdir().unwrap();
            let store = store(&root, bounds);
            let held = publish(&store, 0, 100);
            for key in 1..6 {
                drop(publish(&store, key, 100));
            }
            assert!(store.find(0, PROGRAM.as_ref()).is_some(), "the oldest is used");
            let kept = (1..6).filter(|key| store.find(*key, PROGRAM.as_ref()).is_some()).count();
            assert!((1..=2).contains(&kept), "{bounds:?}: {kept}");
            drop(held);
        }
    }
}
