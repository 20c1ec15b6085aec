//! Programs by their name: the search path, and what may be executed.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf, absolute},
};

use rustix::fs::{Access, access};

/// What a shell falls back to when there is no `PATH`.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The search path of this process.
pub(super) fn search_path() -> OsString {
    env::var_os("PATH").unwrap_or_else(|| DEFAULT_PATH.into())
}

/// Whether the path leads to a regular file that this process may execute.
pub(super) fn is_executable(path: &Path) -> bool {
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

/// Every executable of that name on the search path, first match first, as absolute paths.
///
/// A name with a slash is a path already, and the search path is not looked at.
pub(super) fn candidates(name: &OsStr, search_path: &OsStr) -> impl Iterator<Item = PathBuf> {
    let folders: Vec<PathBuf> =
        if has_slash(name) { vec![PathBuf::new()] } else { env::split_paths(search_path).collect() };
    let name = name.to_owned();
    folders
        .into_iter()
        .filter_map(move |folder| absolute(folder.join(&name)).ok().filter(|path| is_executable(path)))
}

/// Whether the word can only be a path.
pub(super) fn has_slash(word: &OsStr) -> bool {
    word.as_encoded_bytes().contains(&b'/')
}

/// The path without `.` and without a relative beginning; symbolic links stay, because a virtual
/// environment is recognised by the link that its interpreter is called by.
pub(super) fn absolute_path(path: &Path) -> PathBuf {
    absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use std::{env::join_paths, ffi::OsStr, fs, os::unix::fs::PermissionsExt, path::Path};

    use super::candidates;

    fn place(path: &Path, mode: u32) {
        fs::write(path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn candidates_come_in_the_order_of_the_path_and_must_be_executable() {
        let (first, second, third) =
            (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        place(&first.path().join("tool"), 0o644);
        place(&second.path().join("tool"), 0o755);
        place(&third.path().join("tool"), 0o755);
        let path = join_paths([first.path(), second.path(), third.path()]).unwrap();
        let found: Vec<_> = candidates(OsStr::new("tool"), &path).collect();
        assert_eq!(found, [second.path().join("tool"), third.path().join("tool")]);
    }

    #[test]
    fn a_name_with_a_slash_is_not_searched_for() {
        let folder = tempfile::tempdir().unwrap();
        place(&folder.path().join("tool"), 0o755);
        let path = folder.path().as_os_str();
        assert_eq!(candidates(OsStr::new("./tool"), path).count(), 0);
        assert_eq!(candidates(folder.path().join("tool").as_os_str(), OsStr::new("")).count(), 1);
    }

    #[test]
    fn a_folder_is_no_program() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("tool")).unwrap();
        assert_eq!(candidates(OsStr::new("tool"), folder.path().as_os_str()).count(), 0);
    }
}
