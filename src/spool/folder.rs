//! A folder on the disk that only this user can enter, locked while it is used and removed by its drop.

use std::{
    fs::{self, File},
    io, mem,
    path::Path,
    process,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rustix::{
    fd::OwnedFd,
    fs::{FlockOperation, Mode, OFlags, StatVfs, flock, fstatvfs, mkdir, open, openat},
    io::Errno,
    path::Arg,
    rand::{GetRandomFlags, getrandom},
};
use tokio::runtime::Handle;

use super::{failed, off_thread::start};
use crate::failure::Failure;

/// Free space that uploads leave to everybody else; at most a twentieth of a small file system.
const RESERVE: u64 = 64 << 20;

/// Held from a folder's making to its lock, so that no sweep of this process comes between.
static MAKING: Mutex<()> = Mutex::new(());

#[derive(Debug)]
pub(super) struct Folder {
    path: Removal,
    /// Locked: a sweep of another process, in another container perhaps, leaves it alone.
    descriptor: OwnedFd,
}

impl Folder {
    pub(super) fn create(parent: &Path) -> Result<Self, Failure> {
        let path = fresh_path(parent).map_err(|error| failed(&error))?;
        let _making = making();
        mkdir(&path, Mode::RWXU).map_err(|error| failed(&error.into()))?;
        let path = Removal(path);
        let descriptor = open_folder(&path.0).map_err(|error| failed(&error.into()))?;
        // A file system that knows no locks has no protection from sweeps in other containers.
        let _ = flock(&descriptor, FlockOperation::NonBlockingLockExclusive);
        Ok(Self { path, descriptor })
    }

    pub(super) fn path_of(&self, name: &str) -> String {
        format!("{}/{name}", self.path.0)
    }

    pub(super) fn create_file(&self, name: &str) -> Result<File, Failure> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&self.descriptor, name, flags, Mode::RUSR | Mode::WUSR);
        file.map(File::from).map_err(|error| failed(&error.into()))
    }

    /// Refuses bytes that would fill the disk.
    pub(super) fn check_room(&self, bytes: usize) -> Result<(), Failure> {
        match fstatvfs(&self.descriptor) {
            Ok(system) if !has_room(&system, bytes as u64) => Err(failed(&Errno::NOSPC.into())),
            _ => Ok(()),
        }
    }
}

impl Drop for Folder {
    /// To free gigabytes takes a disk its time, so another thread does it; without a runtime this one.
    fn drop(&mut self) {
        let removal = mem::take(&mut self.path);
        if let Ok(runtime) = Handle::try_current() {
            drop(start(&runtime, move || drop(removal)));
        }
    }
}

/// Removes the folder of this path by its drop.
#[derive(Debug, Default)]
struct Removal(String);

impl Drop for Removal {
    fn drop(&mut self) {
        if !self.0.is_empty() {
            // Nobody is left to hear of a failure, and the next server that starts sweeps.
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

pub(super) fn making() -> MutexGuard<'static, ()> {
    MAKING.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn open_folder(path: impl Arg) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    open(path, flags, Mode::empty())
}

/// The service may work in another folder, hence an absolute path; and its document is text, hence UTF-8.
fn fresh_path(parent: &Path) -> io::Result<String> {
    let mut random = [0; 8];
    getrandom(&mut random, GetRandomFlags::empty())?;
    let name = format!("stack-{}-{:016x}", process::id(), u64::from_ne_bytes(random));
    let path = std::path::absolute(parent)?.join(name).into_os_string().into_string();
    path.map_err(|path| io::Error::other(format!("{} is not UTF-8", path.display())))
}

/// The bytes of that file system that uploads leave to everybody else.
pub(crate) fn reserve(system: &StatVfs) -> u64 {
    RESERVE.min(system.f_blocks.saturating_mul(system.f_frsize) / 20)
}

/// Whether so many bytes leave the reserve free. A file system that counts no blocks has no limit either.
pub(super) fn has_room(system: &StatVfs, bytes: u64) -> bool {
    let size = system.f_blocks.saturating_mul(system.f_frsize);
    let free = system.f_bavail.saturating_mul(system.f_frsize);
    size == 0 || free >= bytes.saturating_add(reserve(system))
}
