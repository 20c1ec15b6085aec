//! The bridges as files: an interpreter is given a path, so the embedded texts are written once into the
//! user's cache folder, named by their content; where that is not safe, into a private folder.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use rustix::process::geteuid;

use crate::{
    error::Error,
    find::private_folder::{PrivateFolder, create_private, random},
    service::{Bridge, Language},
};

/// A bridge on the disk.
#[derive(Debug)]
pub(super) struct Placed {
    /// The file that the interpreter is given.
    pub(super) entry: PathBuf,
    /// The folder that must live as long as the service, where it is not the cache.
    pub(super) folder: Option<PrivateFolder>,
}

/// Makes sure that the language's bridge stands on the disk, byte for byte.
pub(super) fn place(language: &Language) -> Result<Placed, Error> {
    if let Some(Ok(entry)) = cache_folder().map(|cache| place_in_cache(&cache, language)) {
        return Ok(Placed { entry, folder: None });
    }
    place_privately(language).map_err(|error| {
        let message = format!("cannot write the {} bridge", language.name);
        Error::system(message, error).remedy("give it room in $XDG_CACHE_HOME or in $TMPDIR")
    })
}

/// `$XDG_CACHE_HOME`, or `~/.cache`.
fn cache_folder() -> Option<PathBuf> {
    let folder = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")))
}

fn place_in_cache(cache: &Path, language: &Language) -> io::Result<PathBuf> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(cache)?;
    let stack = cache.join("stack");
    own_folder(&stack)?;
    let folder = stack.join(format!("{}-{:016x}", language.name, fingerprint(&language.bridge)));
    own_folder(&folder)?;
    write_files(&folder, &language.bridge)
}

fn place_privately(language: &Language) -> io::Result<Placed> {
    let folder = PrivateFolder::create()?;
    let entry = write_files(folder.path(), &language.bridge)?;
    Ok(Placed { entry, folder: Some(folder) })
}

fn fingerprint(bridge: &Bridge) -> u64 {
    let mut hasher = DefaultHasher::new();
    bridge.files.hash(&mut hasher);
    hasher.finish()
}

/// Makes the folder, or accepts one that is no link and that only this user can write to: whoever can
/// write there decides what every request runs.
fn own_folder(path: &Path) -> io::Result<()> {
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

fn write_files(folder: &Path, bridge: &Bridge) -> io::Result<PathBuf> {
    for (name, text) in bridge.files {
        let path = folder.join(name);
        if !is_in_place(&path, text) {
            write_file(folder, &path, text)?;
        }
    }
    Ok(folder.join(bridge.entry))
}

/// Whether the file stands there already: a regular one, this user's, with exactly this text.
fn is_in_place(path: &Path, text: &str) -> bool {
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let Ok(file) = fs::OpenOptions::new().read(true).custom_flags(flags).open(path) else { return false };
    let own = file.metadata().is_ok_and(|metadata| {
        metadata.is_file() && metadata.uid() == geteuid().as_raw() && metadata.mode() & 0o022 == 0
    });
    let mut present = Vec::new();
    let read = file.take(text.len() as u64 + 1).read_to_end(&mut present);
    own && read.is_ok() && present == text.as_bytes()
}

/// Writes beside the file and renames, so that no process ever loads half a bridge.
fn write_file(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    let unfinished = folder.join(format!(".{:016x}", random()?));
    let written = create_private(&unfinished)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::{PermissionsExt, symlink},
    };

    use super::{place_in_cache, place_privately};
    use crate::service::{LANGUAGES, Language};

    fn python() -> &'static Language {
        Language::named("python").unwrap()
    }

    fn text() -> &'static str {
        python().bridge.files[0].1
    }

    #[test]
    fn every_bridge_is_written_once_and_privately() {
        let cache = tempfile::tempdir().unwrap();
        for language in LANGUAGES {
            let entry = place_in_cache(&cache.path().join("deep"), language).unwrap();
            let modified = fs::metadata(&entry).unwrap().modified().unwrap();
            assert_eq!(place_in_cache(&cache.path().join("deep"), language).unwrap(), entry);
            assert_eq!(fs::metadata(&entry).unwrap().modified().unwrap(), modified);
            let folder = fs::metadata(entry.parent().unwrap()).unwrap();
            assert_eq!(folder.permissions().mode() & 0o7777, 0o700);
            assert_eq!(fs::metadata(&entry).unwrap().permissions().mode() & 0o7777, 0o600);
            assert_eq!(fs::read_dir(entry.parent().unwrap()).unwrap().count(), language.bridge.files.len());
        }
    }

    #[test]
    fn a_changed_file_is_replaced() {
        let cache = tempfile::tempdir().unwrap();
        let entry = place_in_cache(cache.path(), python()).unwrap();
        for other in ["", "import os\n"] {
            fs::write(&entry, other).unwrap();
            assert_eq!(place_in_cache(cache.path(), python()).unwrap(), entry);
            assert_eq!(fs::read_to_string(&entry).unwrap(), text());
        }
    }

    #[test]
    fn a_link_in_place_of_the_file_is_replaced_and_its_target_left_alone() {
        let cache = tempfile::tempdir().unwrap();
        let victim = cache.path().join("victim");
        fs::write(&victim, "victim").unwrap();
        let entry = place_in_cache(cache.path(), python()).unwrap();
        fs::remove_file(&entry).unwrap();
        symlink(&victim, &entry).unwrap();
        place_in_cache(cache.path(), python()).unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "victim");
        assert!(!fs::symlink_metadata(&entry).unwrap().is_symlink());
    }

    #[test]
    fn a_folder_that_is_a_link_or_open_to_others_is_refused() {
        let (cache, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        symlink(elsewhere.path(), cache.path().join("stack")).unwrap();
        assert!(place_in_cache(cache.path(), python()).is_err());
        fs::remove_file(cache.path().join("stack")).unwrap();
        fs::create_dir(cache.path().join("stack")).unwrap();
        let open = fs::Permissions::from_mode(0o777);
        fs::set_permissions(cache.path().join("stack"), open).unwrap();
        assert!(place_in_cache(cache.path(), python()).is_err());
    }

    #[test]
    fn a_private_bridge_goes_with_its_folder() {
        let placed = place_privately(python()).unwrap();
        assert_eq!(fs::read_to_string(&placed.entry).unwrap(), text());
        drop(placed.folder);
        assert!(!placed.entry.exists());
    }
}
