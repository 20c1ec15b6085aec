//! A `stack.toml` that was read, with where each of its keys stands.

use std::{path::PathBuf, rc::Rc};

use super::{
    beneath::{Refused, Root},
    rules,
    table::Table,
};
use crate::{
    config::{File, Lines, Origin, Service, read},
    error::{Error, ErrorKind},
};

/// What the file is called.
pub(super) const NAME: &str = "stack.toml";
/// How large a file of settings may be.
pub(super) const LARGEST: u64 = 1 << 20;

/// What a `stack.toml` says.
#[derive(Debug)]
pub(super) struct Document {
    /// Its path from the served folder.
    pub(super) name: String,
    /// The folder that its paths begin at, absolute.
    pub(super) folder: PathBuf,
    pub(super) file: File,
    lines: Lines,
}

impl Document {
    /// The file in that folder of the served one, checked; none where there is none.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub(super) fn read(root: &Root, folder: &str) -> Result<Option<Rc<Self>>, Error> {
        let name = inside(folder, NAME);
        let Some(bytes) = settings_file(root, &name)? else { return Ok(None) };
        let text = String::from_utf8(bytes).map_err(|_| {
            Error::new(ErrorKind::InvalidSetting, format!("{name} is no UTF-8")).remedy("save it as UTF-8")
        })?;
        let (file, lines) = read(&name, &text)?;
        let document = Self { name, folder: root.path().join(folder), file, lines };
        rules::hold(&document)?;
        Ok(Some(Rc::new(document)))
    }

    /// Where that key stands, as in `stack.toml:12`; the table around it where it stands nowhere itself.
    pub(super) fn at(&self, key: &str) -> String {
        match self.lines.nearest(key) {
            Some(line) => format!("{}:{line}", self.name),
            None => self.name.clone(),
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.lines.of(key).is_some()
    }

    /// The table of that name with these settings.
    pub(super) fn table(self: &Rc<Self>, key: &str, settings: &Service) -> Table {
        let origin = Origin::Table { file: self.name.clone(), name: key.to_owned() };
        Table {
            origin,
            settings: settings.clone(),
            folder: self.folder.clone(),
            document: Some(Rc::clone(self)),
        }
    }

    /// What every service of this file has.
    pub(super) fn defaults(self: &Rc<Self>) -> Table {
        self.table("defaults", &self.file.defaults)
    }

    /// The error of a value that cannot be.
    pub(super) fn wrong(&self, key: &str, message: &str) -> Error {
        Error::new(ErrorKind::InvalidSetting, format!("{}: {message}", self.at(key)))
    }
}

/// A name in that folder of the served one.
pub(super) fn inside(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The bytes of that file of settings; none where there is none.
pub(super) fn settings_file(root: &Root, path: &str) -> Result<Option<Vec<u8>>, Error> {
    let refused = |why: &str| Error::new(ErrorKind::InvalidSetting, format!("{path} {why}"));
    match root.read(path, LARGEST + 1) {
        Err(Refused::Missing) => Ok(None),
        Err(Refused::Outside) => Err(refused("leads out of the folder").remedy("put the file itself there")),
        Err(Refused::System(error)) => Err(refused(&format!("cannot be read: {error}"))),
        Ok(bytes) if bytes.len() as u64 > LARGEST => Err(refused("has more than 1 MiB")),
        Ok(bytes) => Ok(Some(bytes)),
    }
}
