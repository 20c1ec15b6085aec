//! The bridges as files: an interpreter is given a path, so the embedded texts are written once into the
//! user's cache folder, named by their content; where that is not safe, into a private folder.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{
    cache::{self, PrivateFolder},
    error::Error,
    service::Bridge,
};

/// A bridge on the disk.
#[derive(Debug)]
pub(super) struct Placed {
    /// The file that the interpreter is given.
    pub(super) entry: PathBuf,
    /// The folder that must live as long as the service, where it is not the cache.
    pub(super) folder: Option<PrivateFolder>,
}

/// Makes sure that the bridge of the language of that name stands on the disk, byte for byte.
pub(super) fn place(name: &str, bridge: &Bridge) -> Result<Placed, Error> {
    if let Ok(entry) = cache::folder().and_then(|cache| place_in_cache(&cache, name, bridge)) {
        return Ok(Placed { entry, folder: None });
    }
    place_privately(bridge).map_err(|error| {
        let message = format!("cannot write the {name} bridge");
        Error::system(message, error).remedy("give it room in $XDG_CACHE_HOME or in $TMPDIR")
    })
}

fn place_in_cache(cache: &Path, name: &str, bridge: &Bridge) -> io::Result<PathBuf> {
    write_files(&cache::of_content(cache, name, &bridge.files)?, bridge)
}

fn place_privately(bridge: &Bridge) -> io::Result<Placed> {
    let folder = PrivateFolder::create()?;
    let entry = write_files(folder.path(), bridge)?;
    Ok(Placed { entry, folder: Some(folder) })
}

fn write_files(folder: &Path, bridge: &Bridge) -> io::Result<PathBuf> {
    for (name, text) in bridge.files {
        cache::place(&folder.join(name), text.as_bytes())?;
    }
    Ok(folder.join(bridge.entry))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

    use super::{place_in_cache, place_privately};
    use crate::service::{Bridge, LANGUAGES, Language};

    fn python() -> &'static Bridge {
        Language::named("python").unwrap().bridge.as_ref().unwrap()
    }

    #[test]
    fn every_bridge_is_written_once_and_privately() {
        let cache = tempfile::tempdir().unwrap();
        for language in LANGUAGES {
            let Some(bridge) = &language.bridge else { continue };
            let place = || -> PathBuf { place_in_cache(cache.path(), language.name, bridge).unwrap() };
            let entry = place();
            let modified = fs::metadata(&entry).unwrap().modified().unwrap();
            assert_eq!(place(), entry);
            assert_eq!(fs::metadata(&entry).unwrap().modified().unwrap(), modified);
            let folder = fs::metadata(entry.parent().unwrap()).unwrap();
            assert_eq!(folder.permissions().mode() & 0o7777, 0o700);
            assert_eq!(fs::metadata(&entry).unwrap().permissions().mode() & 0o7777, 0o600);
            assert_eq!(fs::read_dir(entry.parent().unwrap()).unwrap().count(), bridge.files.len());
        }
    }

    #[test]
    fn a_changed_file_is_replaced() {
        let cache = tempfile::tempdir().unwrap();
        let entry = place_in_cache(cache.path(), "python", python()).unwrap();
        for other in ["", "import os\n"] {
            fs::write(&entry, other).unwrap();
            assert_eq!(place_in_cache(cache.path(), "python", python()).unwrap(), entry);
            assert_eq!(fs::read_to_string(&entry).unwrap(), python().files[0].1);
        }
    }

    #[test]
    fn a_private_bridge_goes_with_its_folder() {
        let placed = place_privately(python()).unwrap();
        assert_eq!(fs::read_to_string(&placed.entry).unwrap(), python().files[0].1);
        drop(placed.folder);
        assert!(!placed.entry.exists());
    }
}
