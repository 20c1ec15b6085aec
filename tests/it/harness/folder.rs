//! Scripts and programs of one test, in a folder that vanishes with it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

/// A temporary folder.
#[derive(Debug)]
pub(crate) struct Folder {
    root: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { root: TempDir::new().expect("a temporary folder can be made") }
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// The path that a name has here, whether it exists or not.
    pub(crate) fn path(&self, name: &str) -> String {
        self.root().join(name).to_str().expect("temporary folders have plain names").to_owned()
    }

    /// Writes a file that is not executable; gives its path as an argument for the server.
    pub(crate) fn script(&self, name: &str, text: &str) -> String {
        self.write(name, text.as_bytes(), 0o644)
    }

    /// Writes an executable file: without a known extension, a program.
    pub(crate) fn program(&self, name: &str, text: &str) -> String {
        self.write(name, text.as_bytes(), 0o755)
    }

    /// Makes a named pipe, by which a test lets a service go on; gives its path.
    pub(crate) fn fifo(&self, name: &str) -> String {
        let path = self.path(name);
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("our own folder");
        path
    }

    /// The text of a file here; empty when there is none yet.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read(self.root().join(name))
            .map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// How many lines a file here has; what services count their starts with (`echo >> "$0.starts"`).
    pub(crate) fn lines(&self, name: &str) -> usize {
        self.read(name).lines().count()
    }

    /// Every file below, however deep.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        files_below(self.root())
    }

    fn write(&self, name: &str, bytes: &[u8], mode: u32) -> String {
        let path = self.root().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).expect("a folder can be made in a temporary one");
        }
        fs::write(&path, bytes).expect("a file can be written in a temporary folder");
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("our own file");
        self.path(name)
    }
}

/// Every file and folder below one, however deep; what vanishes meanwhile is left out.
pub(super) fn files_below(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(files_below(&path));
        }
        found.push(path);
    }
    found
}
