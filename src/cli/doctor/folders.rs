//! The folders that are written to: uploads on their way, and the cache of bridges and builds.

use std::{
    fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, absolute},
};

use rustix::fs::{StatVfs, StatVfsMountFlags, statfs, statvfs};

use super::finding::{Finding, Group};
use crate::{
    cache::{self, create_private, random},
    config::units::Size,
    spool::reserve,
};

/// As /usr/include/linux/magic.h has them.
const TMPFS_MAGIC: u64 = 0x0102_1994;
const RAMFS_MAGIC: u64 = 0x8584_58f6;

/// What one upload may take unless `--max-upload` says otherwise.
const UPLOAD: u64 = 1 << 30;

const UPLOADS: &str = "uploads";
const CACHE: &str = "cache";

/// The folder for uploads, and the cache.
pub(super) fn findings(uploads: &Path) -> Vec<Finding> {
    vec![self::uploads(uploads), cache()]
}

fn uploads(folder: &Path) -> Finding {
    let folder = absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let shown = folder.display();
    let finding = |seen: String| Finding::new(Group::Folders, UPLOADS, seen);
    let elsewhere = "name another folder by --temp-dir or TMPDIR";
    if let Err(error) = try_writing(&folder) {
        return finding(format!("{shown} cannot be written to: {error}"))
            .problem(format!("make the folder, or see to its rights and its mount; or {elsewhere}"));
    }
    let Ok(system) = statvfs(&folder) else { return finding(shown.to_string()) };
    match room(&system) {
        Some(0) => {
            finding(format!("{shown} has no inode left")).problem(format!("remove files, or {elsewhere}"))
        }
        Some(free) if free < reserve(&system) => {
            let seen = format!("{shown} is full: {} is free, so uploads are refused", rounded(free));
            finding(seen).problem(format!("make room, or {elsewhere}"))
        }
        Some(free) if is_memory(&folder) => {
            let seen = format!("{shown} is in memory ({} is free): uploads take memory", rounded(free));
            finding(seen).advice(format!("{elsewhere} on a disk, or bound them by --max-upload"))
        }
        Some(free) if free < UPLOAD => {
            let seen = format!("{shown} has {} free; one upload may take {}", rounded(free), Size(UPLOAD));
            finding(seen).advice(format!("make room, {elsewhere}, or lower --max-upload"))
        }
        Some(free) => finding(format!("{shown}, {} free", rounded(free))),
        None => finding(shown.to_string()),
    }
}

fn cache() -> Finding {
    let finding = |seen: String| Finding::new(Group::Folders, CACHE, seen);
    let another = "set XDG_CACHE_HOME to a folder of this user's alone";
    let folder = match cache::folder() {
        Ok(folder) => folder,
        Err(error) => {
            let seen = format!("not used ({error}): bridges and builds are made anew at every start");
            let remedy = "the folder stack in XDG_CACHE_HOME or ~/.cache must be this user's, no link, and \
                          closed to others (chmod 700)";
            return finding(seen).advice(format!("{remedy}; or {another}"));
        }
    };
    let shown = folder.display();
    if let Err(error) = try_writing(&folder) {
        let seen = format!(
            "{shown} cannot be written to ({error}): bridges and builds are made anew at every start"
        );
        return finding(seen).advice(format!("see to its rights, its mount and its room; or {another}"));
    }
    match statvfs(&folder) {
        Ok(system) if system.f_flag.contains(StatVfsMountFlags::NOEXEC) => {
            let seen = format!("{shown} is mounted noexec: what compilers make cannot be executed");
            finding(seen).problem(format!("mount it with exec, or {another} that is"))
        }
        _ => finding(shown.to_string()),
    }
}

/// Makes a private folder with a file of a byte, as an upload does, and removes both.
fn try_writing(parent: &Path) -> io::Result<()> {
    let folder = parent.join(format!(".stack-doctor-{:016x}", random()?));
    fs::DirBuilder::new().mode(0o700).create(&folder)?;
    let file = folder.join("file");
    let written = create_private(&file).and_then(|mut file| io::Write::write_all(&mut file, b"x"));
    // A failure of the write is the one to tell.
    let removed = fs::remove_dir_all(&folder);
    written.and(removed)
}

/// The bytes that are free; zero without an inode, and none where the file system counts nothing.
fn room(system: &StatVfs) -> Option<u64> {
    if system.f_blocks == 0 {
        return None;
    }
    let has_inodes = system.f_files == 0 || system.f_favail > 0;
    Some(if has_inodes { system.f_bavail.saturating_mul(system.f_frsize).max(1) } else { 0 })
}

fn is_memory(folder: &Path) -> bool {
    let kind = statfs(folder).ok().and_then(|system| u64::try_from(system.f_type).ok());
    matches!(kind, Some(TMPFS_MAGIC | RAMFS_MAGIC))
}

/// In the largest whole unit.
pub(super) fn rounded(bytes: u64) -> Size {
    let unit = [1 << 30, 1 << 20, 1 << 10].into_iter().find(|unit| bytes >= *unit).unwrap_or(1);
    Size(bytes / unit * unit)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{super::finding::Level, is_memory, rounded, try_writing, uploads};

    #[test]
    fn a_folder_is_tried_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        try_writing(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(try_writing(&folder.path().join("missing")).is_err());
        let missing = uploads(&folder.path().join("missing"));
        assert_eq!(missing.level, Level::Problem);
        assert!(missing.remedy.unwrap().contains("--temp-dir"));
    }

    #[test]
    fn a_file_system_in_memory_is_told_from_others() {
        assert!(!is_memory("/proc".as_ref()));
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
        let is_tmpfs = |line: &&str| line.split(' ').nth(2) == Some("tmpfs");
        if let Some(line) = mounts.lines().find(is_tmpfs) {
            assert!(is_memory(line.split(' ').nth(1).unwrap().as_ref()), "{line}");
        }
    }

    #[test]
    fn sizes_are_rounded_down() {
        let sizes = [(0, "0"), (1023, "1023"), (1025, "1K"), ((5 << 30) + 1, "5G")];
        for (bytes, text) in sizes {
            assert_eq!(rounded(bytes).to_string(), text);
        }
    }
}
