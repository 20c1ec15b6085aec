//! A folder of its owner alone, gone with the value.

use std::{
    env, fs, io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use rustix::rand::{GetRandomFlags, getrandom};

use crate::service::Keep;

/// A folder below the temporary folder that nobody else can enter; its drop removes it.
#[derive(Debug)]
pub(crate) struct PrivateFolder {
    path: PathBuf,
}

impl PrivateFolder {
    /// Makes one with a name that cannot be guessed, so that nobody can have put a link there.
    pub(crate) fn create() -> io::Result<Self> {
        let path = env::temp_dir().join(format!("stack-{:016x}", random()?));
        let path = std::path::absolute(path)?;
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // Nobody is left to hear of a failure, and the folder is in the temporary one.
        let _ = fs::remove_dir_all(&self.path);
    }
}

impl Keep for PrivateFolder {}
impl Keep for Vec<PrivateFolder> {}

/// Creates a file that only this user can read, and fails when anything stands there, a link too.
pub(crate) fn create_private(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// A number that nobody can foresee.
pub(crate) fn random() -> io::Result<u64> {
    let mut bytes = [0_u8; 8];
    getrandom(&mut bytes, GetRandomFlags::empty())?;
    Ok(u64::from_ne_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::PrivateFolder;

    #[test]
    fn it_is_private_and_gone_with_the_value() {
        let folder = PrivateFolder::create().unwrap();
        let path = folder.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o700);
        fs::write(path.join("file"), "text").unwrap();
        drop(folder);
        assert!(!path.exists());
    }
}
