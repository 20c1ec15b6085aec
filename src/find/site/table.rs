//! Settings that stand together in one place of one file.

use std::{
    path::{Path, PathBuf},
    rc::Rc,
};

use super::document::Document;
use crate::config::{Origin, SchemaSource, Service};

/// Settings with where they stand.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) origin: Origin,
    pub(super) settings: Service,
    /// The folder that their paths begin at, absolute.
    pub(super) folder: PathBuf,
    /// The file that they stand in, where that is a `stack.toml`.
    pub(super) document: Option<Rc<Document>>,
}

impl Table {
    /// The settings as they mean the same in another folder.
    pub(super) fn in_folder(&self, folder: &Path) -> Service {
        let mut settings = self.settings.clone();
        if self.folder == folder {
            return settings;
        }
        let move_path = |path: &mut PathBuf| *path = self.folder.join(&*path);
        settings.file.iter_mut().for_each(move_path);
        settings.directory.iter_mut().for_each(move_path);
        settings.env_file.iter_mut().flatten().for_each(move_path);
        settings.interpreter.iter_mut().filter(|path| is_path(path)).for_each(move_path);
        if let Some(SchemaSource::File(path)) = &mut settings.schema {
            move_path(path);
        }
        settings
    }
}

/// Whether an interpreter is named by a path, and not by a name on the `PATH`.
pub(super) fn is_path(interpreter: &Path) -> bool {
    interpreter.components().count() > 1
}
