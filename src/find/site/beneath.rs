//! The served folder by its handle: what is opened through it stands in it, wherever symbolic links lead.
//! Knows no service.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read},
    iter,
    os::fd::OwnedFd,
    path::{Path, PathBuf, absolute},
};

use rustix::{
    fs::{CWD, Dir, FileType, Mode, OFlags, ResolveFlags, fstat, open, openat, openat2},
    io::Errno,
};

use crate::error::{Error, ErrorKind};

/// How often a lookup is tried again while somebody renames folders on its way.
const ATTEMPTS: usize = 8;

/// A folder that is open.
#[derive(Debug)]
pub(crate) struct Root {
    handle: OwnedFd,
    /// As it was named, absolute.
    path: PathBuf,
    /// Without symbolic links.
    real: PathBuf,
}

/// Which file or folder it is, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    /// A pipe, a socket, a device.
    Other,
}

/// Why nothing was opened.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It stands outside of the folder.
    Outside,
    /// There is nothing.
    Missing,
    System(io::Error),
}

impl Root {
    /// # Errors
    /// When it is no folder, or may not be read.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let unreadable = |error| Error::system(format!("cannot read the folder {}", path.display()), error);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = open(path, flags, Mode::empty()).map_err(|error| match error {
            Errno::NOENT | Errno::NOTDIR => {
                Error::new(ErrorKind::MissingFile, format!("there is no folder {}", path.display()))
            }
            error => unreadable(error.into()),
        })?;
        let real = fs::canonicalize(path).map_err(unreadable)?;
        Ok(Self { handle, path: absolute(path).map_err(unreadable)?, real })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether that file stands in the folder, as far as its name says.
    pub(crate) fn holds(&self, file: &Path) -> bool {
        fs::canonicalize(file).is_ok_and(|file| file.starts_with(&self.real))
    }

    /// The folder's own name.
    pub(crate) fn name(&self) -> String {
        self.real.file_name().unwrap_or(OsStr::new("/")).to_string_lossy().into_owned()
    }

    pub(crate) fn look(&self, path: &str) -> Result<(Kind, Identity), Refused> {
        let handle = self.handle(path, OFlags::PATH)?;
        let about = fstat(handle).map_err(|error| Refused::System(error.into()))?;
        let kind = match FileType::from_raw_mode(about.st_mode) {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Folder,
            _ => Kind::Other,
        };
        Ok((kind, Identity { device: about.st_dev, inode: about.st_ino }))
    }

    /// At most so many bytes from the beginning of that file.
    pub(crate) fn read(&self, path: &str, most: u64) -> Result<Vec<u8>, Refused> {
        let mut bytes = Vec::new();
        self.file(path)?.take(most).read_to_end(&mut bytes).map_err(Refused::System)?;
        Ok(bytes)
    }

    /// What stands there, to be read.
    pub(crate) fn file(&self, path: &str) -> Result<File, Refused> {
        // Whoever puts a named pipe there meanwhile does not hold us.
        self.handle(path, OFlags::RDONLY | OFlags::NONBLOCK).map(File::from)
    }

    /// What is in that folder.
    pub(crate) fn list(&self, path: &str) -> Result<Dir, Refused> {
        let handle = self.handle(path, OFlags::RDONLY | OFlags::DIRECTORY)?;
        Dir::new(handle).map_err(|error| Refused::System(error.into()))
    }

    fn handle(&self, path: &str, flags: OFlags) -> Result<OwnedFd, Refused> {
        let path = Path::new(if path.is_empty() { "." } else { path });
        let inside = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        match self.resolved(path, flags, inside) {
            // An absolute link is outside for the kernel, even one that comes back.
            Err(Errno::XDEV) => {
                let path = self.really_inside(path)?;
                self.resolved(&path, flags, inside | ResolveFlags::NO_SYMLINKS).map_err(Refused::from)
            }
            // Old container profiles refuse calls that they do not know.
            Err(Errno::NOSYS | Errno::PERM) => self.by_name(path, flags),
            other => other.map_err(Refused::from),
        }
    }

    fn resolved(&self, path: &Path, flags: OFlags, resolve: ResolveFlags) -> Result<OwnedFd, Errno> {
        let once = || openat2(&self.handle, path, flags | OFlags::CLOEXEC, Mode::empty(), resolve);
        let mut tries = iter::repeat_with(once).take(ATTEMPTS);
        tries.find(|opened| !matches!(opened, Err(Errno::AGAIN))).unwrap_or(Err(Errno::AGAIN))
    }

    /// The path from the folder without symbolic links.
    fn really_inside(&self, path: &Path) -> Result<PathBuf, Refused> {
        let real = fs::canonicalize(self.path.join(path)).map_err(Refused::from)?;
        real.strip_prefix(&self.real).map(Path::to_owned).map_err(|_| Refused::Outside)
    }

    /// What can be done without `openat2`: between the look and the opening somebody may exchange a folder.
    fn by_name(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Refused> {
        let real = self.real.join(self.really_inside(path)?);
        let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        openat(CWD, real, flags, Mode::empty()).map_err(Refused::from)
    }
}

impl Identity {
    /// That of the file at this path, if there is one.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let about = rustix::fs::stat(path).ok()?;
        Some(Self { device: about.st_dev, inode: about.st_ino })
    }
}

impl From<Errno> for Refused {
    fn from(error: Errno) -> Self {
        match error {
            Errno::XDEV => Self::Outside,
            // A link to itself leads to nothing, and so does one to a process's own files.
            Errno::NOENT | Errno::NOTDIR | Errno::LOOP => Self::Missing,
            error => Self::System(error.into()),
        }
    }
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        match Errno::from_io_error(&error) {
            Some(errno) => errno.into(),
            None => Self::System(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::symlink,
        path::{Path, PathBuf},
    };

    use rustix::fs::OFlags;

    use super::{Kind, Refused, Root};

    /// A folder with links of all kinds, beside a file that is none of its.
    fn place() -> (tempfile::TempDir, PathBuf) {
        let outside = tempfile::tempdir().unwrap();
        let root = outside.path().join("root");
        fs::create_dir_all(root.join("a")).unwrap();
        fs::write(outside.path().join("secret"), "secret").unwrap();
        fs::write(root.join("a/file"), "own").unwrap();
        symlink("../secret", root.join("out")).unwrap();
        symlink(outside.path().join("secret"), root.join("far")).unwrap();
        symlink("..", root.join("up")).unwrap();
        symlink("a/file", root.join("in")).unwrap();
        symlink(root.join("a/file"), root.join("back")).unwrap();
        symlink("self", root.join("self")).unwrap();
        symlink("/proc/self/root/etc/passwd", root.join("magic")).unwrap();
        (outside, root)
    }

    #[test]
    fn attack_48_what_stands_outside_is_not_opened_by_any_link() {
        let (_keep, root) = place();
        let root = Root::open(&root).unwrap();
        for path in ["out", "far", "up", "up/secret", "../secret", "/etc/passwd", "a/../../secret", "magic"] {
            let opened = [root.read(path, 9).err(), root.by_name(Path::new(path), OFlags::RDONLY).err()];
            for refused in opened {
                assert!(matches!(refused, Some(Refused::Outside)), "{path}: {refused:?}");
            }
        }
        for path in ["self", "nothing", "a/file/x"] {
            assert!(matches!(root.look(path), Err(Refused::Missing)), "{path}");
        }
    }

    #[test]
    fn row_70_links_inside_are_followed_even_absolute_ones() {
        let (_keep, root) = place();
        let root = Root::open(&root).unwrap();
        let (kind, identity) = root.look("a/file").unwrap();
        assert_eq!(kind, Kind::File);
        for path in ["in", "back"] {
            assert_eq!(root.look(path).unwrap(), (kind, identity), "{path}");
            assert_eq!(root.read(path, 2).unwrap(), b"ow", "{path}");
            assert!(root.by_name(Path::new(path), OFlags::RDONLY).is_ok(), "{path}");
        }
        assert_eq!(root.look("").unwrap().0, Kind::Folder);
    }
}
