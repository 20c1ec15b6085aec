//! Which services a folder has: those that its `stack.toml` names, the one that it is, or those that lie in it.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    rc::Rc,
};

use super::{
    Place, Site,
    beneath::{Identity, Root},
    conflicts,
    document::Document,
    package::Package,
    places::{Places, of_lone_file},
    scan::{Scanned, scan},
};
use crate::{config, error::Error, pattern::Pattern};

/// What may surprise whoever has several services beside a `package.json`.
const LONE: &str =
    "package.json makes the folder one service; server.scan = true in a stack.toml serves its files instead";

/// Reads the folder at `root`; `flags` win over what stands in its files, and so does `pages`, a folder whose files
/// are sent as they are.
///
/// No program is looked for or started, so that this is cheap enough for every change of the folder.
///
/// # Errors
/// When something in it is meant as a service and cannot be one, or two services answer the same requests; the
/// message names the file, its line where there is one, and what to do.
pub(crate) fn site(root: &Path, flags: &config::Service, pages: Option<&Path>) -> Result<Site, Error> {
    let root = Root::open(root)?;
    let document = Document::read(&root, "")?;
    let server = document.as_ref().map(|document| document.file.server.clone()).unwrap_or_default();
    let package = root_package(&root, document.as_ref())?;
    let places = Places { root: &root, flags, document };
    let mut found = places.named()?;
    let mut notes = Vec::new();
    if let Some(package) = package {
        found.push(places.of_root(&package)?);
        notes.extend((package.source == "package.json").then(|| LONE.to_owned()));
    }
    if server.scan.unwrap_or(found.is_empty()) {
        let gates = places.default_gates()?;
        let written = server.pages.as_ref().map(|folder| root.path().join(folder));
        let pages = pages.map(Path::to_owned).or(written);
        let scanned = scan(&root, &apart(found.iter().chain(&gates), pages))?;
        let Scanned { files, packages, notes: seen } = scanned;
        notes.extend(seen);
        for path in &files {
            found.push(places.of_file(path)?);
        }
        for package in &packages {
            found.push(places.of_package(package)?);
        }
    }
    conflicts::refuse(&found)?;
    found.sort_by_cached_key(|place| (place.pattern.as_ref().map(Pattern::to_string), place.source.clone()));
    Ok(Site { name: root.name(), root: root.path().to_owned(), server, places: found, notes })
}

/// That one file, as it is served beside whatever its folder has.
///
/// # Errors
/// When a variable of the flags cannot have its value.
pub(crate) fn lone(path: &Path, flags: &config::Service) -> Result<Site, Error> {
    let place = of_lone_file(path, flags)?;
    Ok(Site {
        name: place.name.clone(),
        root: place.folder.clone(),
        server: config::Server::default(),
        places: vec![place],
        notes: Vec::new(),
    })
}

/// The one service that the folder itself is. A `package.json` makes it one only where no `stack.toml` says what
/// the services are.
fn root_package(root: &Root, document: Option<&Rc<Document>>) -> Result<Option<Package>, Error> {
    let says_more = document.is_some_and(|document| {
        let file = &document.file;
        file.service.is_none() && (!file.services.is_empty() || file.server.scan == Some(true))
    });
    if says_more { Ok(None) } else { Package::described(root, "", document) }
}

/// What is in the folder and is no service of its own: the files of services that have a name, and pages.
fn apart<'a>(places: impl Iterator<Item = &'a Place>, pages: Option<PathBuf>) -> HashSet<Identity> {
    let with_gates = places.flat_map(|place| place.gates.iter().chain([place]));
    let files = with_gates.filter_map(|place| Some(place.folder.join(place.settings.effective().file?)));
    files.chain(pages).filter_map(|path| Identity::of(&path)).collect()
}
