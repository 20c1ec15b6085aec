//! The walk through a folder: every file that is a service, every folder that is a package.

use std::collections::HashSet;

use super::{
    beneath::{Identity, Kind, Refused, Root},
    kind::{Verdict, verdict},
    names::Name,
    package::Package,
};
use crate::error::{Error, ErrorKind};

/// How deep folders may lie in each other.
const DEEPEST: usize = 16;
/// How many files and folders are looked at.
const MOST_ENTRIES: usize = 10_000;

/// What was found in a folder.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    /// The paths of files that are services, from the folder.
    pub(super) files: Vec<String>,
    pub(super) packages: Vec<Package>,
    pub(super) notes: Vec<String>,
}

/// Looks through the folder; what is one of `apart` is none of its services.
///
/// # Errors
/// When it is too deep or too large, and when something is meant as a service and cannot be one.
pub(super) fn scan(root: &Root, apart: &HashSet<Identity>) -> Result<Scanned, Error> {
    let mut scan = Scan { root, apart, entries: 0, found: Scanned::default() };
    let above = root.look("").map(|(_, identity)| vec![identity]).unwrap_or_default();
    scan.folder("", &above)?;
    Ok(scan.found)
}

struct Scan<'a> {
    root: &'a Root,
    apart: &'a HashSet<Identity>,
    entries: usize,
    found: Scanned,
}

impl Scan<'_> {
    /// Takes what is in that folder; `above` are the folders on the way to it, itself the last.
    fn folder(&mut self, path: &str, above: &[Identity]) -> Result<(), Error> {
        for name in self.names(path)? {
            let inside = if path.is_empty() { name } else { format!("{path}/{name}") };
            self.entry(&inside, above)?;
        }
        Ok(())
    }

    fn entry(&mut self, path: &str, above: &[Identity]) -> Result<(), Error> {
        let (kind, identity) = match self.root.look(path) {
            Ok(seen) => seen,
            Err(refused) => {
                self.passed_over(path, &refused);
                return Ok(());
            }
        };
        if self.apart.contains(&identity) {
            return Ok(());
        }
        match kind {
            Kind::File => self.file(path),
            Kind::Folder => self.below(path, identity, above),
            Kind::Other => Ok(()),
        }
    }

    fn file(&mut self, path: &str) -> Result<(), Error> {
        match verdict(self.root, path)? {
            Verdict::Service => self.found.files.push(path.to_owned()),
            Verdict::NotYet(note) => self.found.notes.push(format!("{note}; it is not served")),
            Verdict::Nothing => {}
        }
        Ok(())
    }

    fn below(&mut self, path: &str, identity: Identity, above: &[Identity]) -> Result<(), Error> {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        if Name::of(name) == Name::Built {
            self.note(format!("{path}/ is passed over, as a folder that a tool has filled"));
            return Ok(());
        }
        if above.contains(&identity) {
            self.note(format!("{path} leads back to a folder above it, and is passed over"));
            return Ok(());
        }
        if let Some(package) = Package::read(self.root, path)? {
            self.found.packages.push(package);
            return Ok(());
        }
        if above.len() >= DEEPEST {
            let message = format!("{path} is more than {DEEPEST} folders deep");
            return Err(Error::new(ErrorKind::NotServable, message)
                .remedy("begin the name of a folder without services with _"));
        }
        let above: Vec<_> = above.iter().copied().chain([identity]).collect();
        self.folder(path, &above)
    }

    /// The names in a folder that may be services', in order.
    fn names(&mut self, path: &str) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        let listed = match self.root.list(path) {
            Ok(listed) => listed,
            Err(refused) => {
                self.passed_over(path, &refused);
                return Ok(names);
            }
        };
        for entry in listed {
            let Ok(entry) = entry else {
                self.note(format!("{path}/ cannot be read to its end"));
                break;
            };
            self.count()?;
            match entry.file_name().to_str() {
                Ok(name) if Name::of(name) == Name::Never => {}
                Ok(name) => names.push(name.to_owned()),
                Err(_) => {
                    let name = entry.file_name().to_string_lossy().into_owned();
                    self.note(format!("{name} in {path}/ is no UTF-8, so it has no route"));
                }
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn count(&mut self) -> Result<(), Error> {
        self.entries += 1;
        if self.entries <= MOST_ENTRIES {
            return Ok(());
        }
        let message = format!("{} has more than {MOST_ENTRIES} files", self.root.path().display());
        Err(Error::new(ErrorKind::NotServable, message)
            .remedy("serve a folder of its own, or begin the names of folders without services with _"))
    }

    fn passed_over(&mut self, path: &str, refused: &Refused) {
        let why = match refused {
            Refused::Outside => "leads out of the folder".to_owned(),
            Refused::Missing => "leads nowhere".to_owned(),
            Refused::System(error) => format!("cannot be opened ({error})"),
        };
        let path = if path.is_empty() { "the folder" } else { path };
        self.note(format!("{path} {why}, and is passed over"));
    }

    fn note(&mut self, note: String) {
        self.found.notes.push(note);
    }
}
