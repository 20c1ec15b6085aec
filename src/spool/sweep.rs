//! What servers have left that were killed: found by its name, and by a lock that nobody holds any more.

use std::{ffi::OsStr, fs, path::Path, process};

use rustix::{
    fd::OwnedFd,
    fs::{FlockOperation, flock, fstat},
    io::Errno,
    process::{Pid, geteuid, test_kill_process},
};

use super::folder::{making, open_folder};

/// Removes the folders below `parent` that no server uses any more. What cannot be removed stays.
pub(crate) fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let Some(maker) = maker(&entry.file_name()) else { continue };
        let path = entry.path();
        let _making = making();
        if let Some(_locked) = left_behind(&path, maker)
            && fs::remove_dir_all(&path).is_ok()
        {
            let path = path.display();
            tracing::info!(target: "stack::spool", "removed {path}, which a server that was killed had left");
        }
    }
}

/// The process that a folder of this name belongs to: `stack-<pid>-<16 hexadecimal digits>`.
fn maker(name: &OsStr) -> Option<Pid> {
    let (pid, random) = name.to_str()?.strip_prefix("stack-")?.split_once('-')?;
    let is_random = random.len() == 16 && random.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_random.then(|| pid.parse().ok().and_then(Pid::from_raw)).flatten()
}

/// The lock on a folder that is ours and that nobody uses.
///
/// The process may be alive in a container where its number is another, so the lock counts as well. The
/// number may be this very process's, as in a container that was started again: then the lock alone decides.
fn left_behind(path: &Path, maker: Pid) -> Option<OwnedFd> {
    let is_own = u32::try_from(maker.as_raw_nonzero().get()) == Ok(process::id());
    if !is_own && test_kill_process(maker) != Err(Errno::SRCH) {
        return None;
    }
    let folder = open_folder(path).ok()?;
    if fstat(&folder).ok()?.st_uid != geteuid().as_raw() {
        return None;
    }
    flock(&folder, FlockOperation::NonBlockingLockExclusive).ok()?;
    Some(folder)
}
