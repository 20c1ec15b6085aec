//! From what was found to [`Place`]s: the name, the route, and the settings of each from all their layers.

use std::{
    error::Error as _,
    path::{Path, PathBuf},
    rc::Rc,
};

use super::{Place, beneath::Root, document::Document, names, package::Package, table::Table};
use crate::{
    cache::Stamp,
    config::{Layers, Origin, SchemaSource, Service},
    error::{Error, ErrorKind},
    find::{
        detect::{detect, named, undetected},
        program::is_executable,
        shebang::Shebang,
    },
    pattern::Pattern,
};

/// Makes the places of one folder.
pub(super) struct Places<'a> {
    pub(super) root: &'a Root,
    /// What was typed, which wins over everything that stands in a file.
    pub(super) flags: &'a Service,
    /// The `stack.toml` of the folder.
    pub(super) document: Option<Rc<Document>>,
}

/// A place that is being made.
struct Draft {
    name: String,
    pattern: Option<Pattern>,
    /// Its own settings, the strongest first; then come the defaults.
    tables: Vec<Table>,
    /// Its file, where that is known by where it stands.
    file: Option<PathBuf>,
    folder: PathBuf,
    source: String,
}

impl Places<'_> {
    /// The service that is a file at that path from the folder.
    pub(super) fn of_file(&self, path: &str) -> Result<Place, Error> {
        let pattern = names::of_file(path).map_err(|wrong| no_route(path, wrong))?;
        self.place(Draft {
            name: name_of(&pattern),
            pattern: Some(pattern),
            tables: Vec::new(),
            file: Some(PathBuf::from(path)),
            folder: self.root.path().to_owned(),
            source: path.to_owned(),
        })
    }

    /// The service that is a folder below the served one.
    pub(super) fn of_package(&self, package: &Package) -> Result<Place, Error> {
        let route = match written_route(&package.tables)? {
            Some(route) => route,
            None => {
                let path = &package.folder;
                names::of_folder(path).map_err(|wrong| no_route(path, wrong))?
            }
        };
        self.place(self.packaged(package, name_of(&route), Some(route)))
    }

    /// The service that is the whole folder: without a route of its own it answers every path.
    pub(super) fn of_root(&self, package: &Package) -> Result<Place, Error> {
        let route = written_route(&package.tables)?;
        self.place(self.packaged(package, self.root.name(), route))
    }

    /// The services that have a name in the folder's `stack.toml`.
    pub(super) fn named(&self) -> Result<Vec<Place>, Error> {
        let Some(document) = &self.document else { return Ok(Vec::new()) };
        document.file.services.keys().map(|name| self.place(self.of_name(document, name)?)).collect()
    }

    /// The services that run before all those that name none of their own.
    pub(super) fn default_gates(&self) -> Result<Vec<Place>, Error> {
        let defaults: Vec<_> = self.document.iter().map(Document::defaults).collect();
        self.gates("", &defaults)
    }

    fn packaged(&self, package: &Package, name: String, pattern: Option<Pattern>) -> Draft {
        Draft {
            name,
            pattern,
            tables: package.tables.clone(),
            file: None,
            folder: self.root.path().join(&package.folder),
            source: package.source.clone(),
        }
    }

    fn of_name(&self, document: &Rc<Document>, name: &str) -> Result<Draft, Error> {
        let key = format!("services.{name}");
        let tables = vec![document.table(&key, &document.file.services[name])];
        let pattern = match written_route(&tables)? {
            Some(route) => route,
            None => Pattern::parse(&format!("/{name}"))
                .map_err(|error| document.wrong(&key, &error.to_string()))?,
        };
        Ok(Draft {
            name: name.to_owned(),
            pattern: Some(pattern),
            tables,
            file: None,
            folder: document.folder.clone(),
            source: document.at(&key),
        })
    }

    /// The place with its gates, checked as far as that needs no search for programs.
    fn place(&self, draft: Draft) -> Result<Place, Error> {
        let tables: Vec<_> =
            draft.tables.iter().cloned().chain(self.document.iter().map(Document::defaults)).collect();
        let gates = self.gates(&draft.name, &tables)?;
        Ok(Place { gates, ..self.without_gates(draft)? })
    }

    fn without_gates(&self, draft: Draft) -> Result<Place, Error> {
        let Draft { name, pattern, tables, file, folder, source } = draft;
        let defaults = self.document.iter().map(Document::defaults);
        let tables = tables.into_iter().chain(defaults).map(|table| {
            let settings = table.in_folder(&folder);
            (table.origin, settings)
        });
        let by_place = file.map(|file| (Origin::Place, Service { file: Some(file), ..Service::default() }));
        let is_found = by_place.is_some();
        let layers = [(Origin::Flags, self.flags.clone())].into_iter().chain(tables).chain(by_place);
        let settings = Layers::new(layers.collect());
        let effective = settings.effective();
        let stamps = stamps(&effective, &folder);
        let place = Place { name, pattern, settings, folder, source, stamps, gates: Vec::new() };
        drop(place.builder()?);
        if !is_found {
            runnable(&effective, &place.folder).map_err(|error| at(&place.source, &error))?;
        }
        Ok(place)
    }

    /// The services that run before one with these settings.
    fn gates(&self, name: &str, tables: &[Table]) -> Result<Vec<Place>, Error> {
        let Some((table, before)) =
            tables.iter().find_map(|table| Some((table, table.settings.before.as_ref()?)))
        else {
            return Ok(Vec::new());
        };
        // A gate that all services have is itself one of them.
        before.iter().filter(|gate| *gate != name).map(|gate| self.gate(table, gate)).collect()
    }

    fn gate(&self, table: &Table, gate: &str) -> Result<Place, Error> {
        let document = table.document.as_ref().filter(|document| document.file.services.contains_key(gate));
        if let Some(document) = document {
            return self.without_gates(self.of_name(document, gate)?);
        }
        let path = table.folder.join(gate);
        if !path.is_file() {
            return Err(unknown_gate(table, gate));
        }
        let source = path.strip_prefix(self.root.path()).unwrap_or(&path).display().to_string();
        let place = self.without_gates(Draft {
            name: gate.to_owned(),
            pattern: None,
            tables: Vec::new(),
            file: Some(PathBuf::from(gate)),
            folder: table.folder.clone(),
            source,
        })?;
        runnable(&place.settings.effective(), &place.folder)
            .map_err(|error| at(&written_at(table, "before"), &at(gate, &error)))?;
        Ok(place)
    }
}

/// The service that is that one file, beside whatever stands in its folder.
pub(super) fn of_lone_file(path: &Path, flags: &Service) -> Result<Place, Error> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = absolute.parent().unwrap_or(Path::new("/")).to_owned();
    let own = Service { file: Some(absolute.clone()), ..Service::default() };
    let settings = Layers::new(vec![(Origin::Flags, flags.clone()), (Origin::Place, own)]);
    let place = Place {
        name: absolute.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        pattern: None,
        stamps: stamps(&settings.effective(), &folder),
        settings,
        folder,
        source: path.display().to_string(),
        gates: Vec::new(),
    };
    drop(place.builder()?);
    Ok(place)
}

/// The route without the slash in front; `index` where nothing is left of it.
fn name_of(pattern: &Pattern) -> String {
    match pattern.to_string().trim_start_matches('/') {
        "" => "index".to_owned(),
        name => name.to_owned(),
    }
}

/// The route that stands in the strongest table.
fn written_route(tables: &[Table]) -> Result<Option<Pattern>, Error> {
    tables.first().and_then(|table| table.settings.route.as_deref()).map(Pattern::parse).transpose()
}

/// Refuses a file that is neither a script of a known language nor a program, and code of no language.
fn runnable(settings: &Service, folder: &Path) -> Result<(), Error> {
    let language = settings.language.as_deref().map(named).transpose()?;
    if settings.code.is_some() && language.is_none() {
        return Err(undetected());
    }
    let Some(file) = &settings.file else { return Ok(()) };
    let path = folder.join(file);
    let shebang = match Shebang::read(&path) {
        Ok(shebang) => shebang,
        // A program may be executable without being readable.
        Err(_) if language.is_none() && is_executable(&path) => None,
        Err(error) => {
            let message = format!("{} cannot be read: {error}", file.display());
            return Err(Error::new(ErrorKind::NotServable, message).remedy("let the server's user read it"));
        }
    };
    detect(&path, language, shebang.as_ref()).map(drop)
}

/// What the files that count were when they were looked at.
fn stamps(settings: &Service, folder: &Path) -> Vec<Stamp> {
    let schema = match &settings.schema {
        Some(SchemaSource::File(path)) => Some(path),
        _ => None,
    };
    let paths = settings.file.iter().chain(settings.env_file.iter().flatten()).chain(schema);
    paths.filter_map(|path| Stamp::of(&folder.join(path))).collect()
}

fn unknown_gate(table: &Table, gate: &str) -> Error {
    let place = written_at(table, "before");
    let message = format!("{place}: there is neither a service nor a file {gate:?} to run before this one");
    Error::new(ErrorKind::InvalidSetting, message)
        .remedy("name a service of this file, or a file by its path from the folder of this one")
}

/// Where that setting of the table stands, as in `stack.toml:12`.
fn written_at(table: &Table, setting: &str) -> String {
    match (&table.document, &table.origin) {
        (Some(document), Origin::Table { name, .. }) => document.at(&format!("{name}.{setting}")),
        (_, Origin::File(file)) => file.clone(),
        _ => setting.to_owned(),
    }
}

fn no_route(path: &str, (problem, remedy): (&str, &str)) -> Error {
    let message = format!("{path}: its route {problem}");
    Error::new(ErrorKind::InvalidSetting, message)
        .remedy(format!("{remedy}; or begin its name with _, and it is no service"))
}

/// The same error with its place in front.
fn at(source: &str, error: &Error) -> Error {
    let message = match error.source() {
        Some(reason) => format!("{source}: {error}: {reason}"),
        None => format!("{source}: {error}"),
    };
    Error::new(error.kind(), message)
}
