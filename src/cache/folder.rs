//! The cache folder, `$XDG_CACHE_HOME/stack` or `~/.cache/stack`, and how files get into it.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use rustix::process::geteuid;

use super::{create_private, random};

/// The cache of this user, made where it is missing.
///
/// # Errors
/// When there is no home for it, when it cannot be made, or when others can write to it.
pub(crate) fn folder() -> io::Result<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "neither XDG_CACHE_HOME nor HOME is set"))?;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&cache)?;
    let stack = cache.join("stack");
    own_folder(&stack)?;
    Ok(stack)
}

/// Makes the folder, or accepts one that is no link and that only this user can write to: whoever can
/// write there decides what every request runs.
pub(crate) fn own_folder(path: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        result => return result,
    }
    let metadata = fs::symlink_metadata(path)?;
    let own = metadata.uid() == geteuid().as_raw() && metadata.mode() & 0o022 == 0;
    match metadata.is_dir() && own {
        true => Ok(()),
        false => Err(io::ErrorKind::PermissionDenied.into()),
    }
}

/// A folder in `cache` that is named by what it holds, so that other content never stands in it.
pub(crate) fn of_content(cache: &Path, name: &str, content: &impl Hash) -> io::Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    let folder = cache.join(format!("{name}-{:016x}", hasher.finish()));
    own_folder(&folder)?;
    Ok(folder)
}

/// Writes beside the file and renames, so that no process ever reads half of it.
pub(crate) fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let unfinished = folder.join(format!(".{:016x}", random()?));
    let written = create_private(&unfinished)
        .and_then(|mut file| file.write_all(text))
        .and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// Sees to it that the file stands there with this text and no other.
pub(crate) fn place(path: &Path, text: &[u8]) -> io::Result<()> {
    if is_in_place(path, text) { Ok(()) } else { replace(path, text) }
}

/// Whether the file stands there already: a regular one, this user's, with exactly this text.
fn is_in_place(path: &Path, text: &[u8]) -> bool {
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let Ok(file) = fs::OpenOptions::new().read(true).custom_flags(flags).open(path) else { return false };
    let own = file.metadata().is_ok_and(|metadata| {
        metadata.is_file() && metadata.uid() == geteuid().as_raw() && metadata.mode() & 0o022 == 0
    });
    let mut present = Vec::new();
    let read = file.take(text.len() as u64 + 1).read_to_end(&mut present);
    own && read.is_ok() && present == text
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::{PermissionsExt, symlink},
    };

    use super::{own_folder, replace};

    #[test]
    fn a_folder_is_private_and_taken_again() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("stack");
        for _ in 0..2 {
            own_folder(&folder).unwrap();
            assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o7777, 0o700);
        }
    }

    #[test]
    fn a_folder_that_is_a_link_or_open_to_others_is_refused() {
        let (parent, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = parent.path().join("stack");
        symlink(elsewhere.path(), &folder).unwrap();
        assert!(own_folder(&folder).is_err());
        fs::remove_file(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(own_folder(&folder).is_err());
    }

    #[test]
    fn a_link_in_place_of_the_file_is_replaced_and_its_target_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (victim, path) = (folder.path().join("victim"), folder.path().join("file"));
        fs::write(&victim, "victim").unwrap();
        symlink(&victim, &path).unwrap();
        replace(&path, b"text").unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "victim");
        assert_eq!(fs::read_to_string(&path).unwrap(), "text");
        assert!(!fs::symlink_metadata(&path).unwrap().is_symlink());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    }
}
