//! A folder that is one service: by a `stack.toml` with `[service]`, or by a `package.json` with `main`.

use std::{path::PathBuf, rc::Rc};

use serde::Deserialize;

use super::{
    beneath::{Kind, Refused, Root},
    document::{Document, inside, settings_file},
    table::Table,
};
use crate::{
    config::{Origin, Service},
    error::{Error, ErrorKind},
};

/// One service that has a folder to itself.
#[derive(Debug)]
pub(super) struct Package {
    /// Its folder, from the served one.
    pub(super) folder: String,
    /// The settings that its own files have, the strongest first.
    pub(super) tables: Vec<Table>,
    /// Where it is described, for messages.
    pub(super) source: String,
}

/// What we read of a `package.json`.
#[derive(Debug, Deserialize)]
struct Manifest {
    main: Option<String>,
    language: Option<String>,
}

impl Package {
    /// The package in that folder below the served one; none where the folder is no package.
    ///
    /// # Errors
    /// When its files say something that cannot be.
    pub(super) fn read(root: &Root, folder: &str) -> Result<Option<Self>, Error> {
        let document = Document::read(root, folder)?;
        if let Some(document) = &document {
            only_a_service(document)?;
        }
        let package = Self::described(root, folder, document.as_ref())?;
        Ok(package.map(|mut package| {
            package.tables.extend(document.iter().map(Document::defaults));
            package
        }))
    }

    /// The same of the served folder itself, whose `stack.toml` may say more.
    pub(super) fn described(
        root: &Root,
        folder: &str,
        document: Option<&Rc<Document>>,
    ) -> Result<Option<Self>, Error> {
        let folder = folder.to_owned();
        let Some((document, service)) = document.and_then(|it| Some((it, it.file.service.as_ref()?))) else {
            let found = manifest(root, &folder)?;
            return Ok(found.map(|(source, table)| Self { folder, tables: vec![table], source }));
        };
        let mut tables = vec![document.table("service", service)];
        if service.file.is_none() && service.command.is_none() && service.code.is_none() {
            tables.extend(manifest(root, &folder)?.map(|(_, table)| table));
        }
        Ok(Some(Self { folder, tables, source: document.at("service") }))
    }
}

/// A file below the served folder describes one service, since there is one server.
fn only_a_service(document: &Document) -> Result<(), Error> {
    for key in ["server", "services"] {
        if document.has(key) {
            let message = format!("[{key}] stands in the stack.toml of the served folder alone");
            let remedy = "leave [service] and [defaults] here, or serve this folder by itself";
            return Err(document.wrong(key, &message).remedy(remedy));
        }
    }
    match document.file.service {
        Some(_) => Ok(()),
        None => Err(document
            .wrong("defaults", "there is no [service]")
            .remedy("a stack.toml below the served folder describes the one service of its folder")),
    }
}

/// What the `package.json` of that folder says, and its path; none where it describes no service.
fn manifest(root: &Root, folder: &str) -> Result<Option<(String, Table)>, Error> {
    let path = inside(folder, "package.json");
    let Some(bytes) = settings_file(root, &path)? else { return Ok(None) };
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let Manifest { main, language } =
        serde_json::from_slice(text).map_err(|error| malformed(&path, &error))?;
    let invalid = |message: String| Error::new(ErrorKind::InvalidSetting, format!("{path}: {message}"));
    let file = match &main {
        Some(main) => main_file(root, folder, main).map_err(&invalid)?,
        None => None,
    };
    let Some(file) = file else {
        return match (main, language) {
            // Most are of libraries, whose main file may have to be built first.
            (_, None) => Ok(None),
            (Some(main), Some(_)) => {
                Err(invalid(format!("there is no file {main}"))
                    .remedy("name a file of this folder with main"))
            }
            (None, Some(_)) => Err(invalid("it names a language, but no main".to_owned())
                .remedy("name a file of this folder with main")),
        };
    };
    let settings = Service { file: Some(file), language, ..Service::default() };
    let table = Table {
        origin: Origin::File(path.clone()),
        settings,
        folder: root.path().join(folder),
        document: None,
    };
    Ok(Some((path, table)))
}

/// The file that `main` means, from its folder; node takes a name without `.js` as well.
fn main_file(root: &Root, folder: &str, main: &str) -> Result<Option<PathBuf>, String> {
    for name in [main.to_owned(), format!("{main}.js")] {
        match root.look(&inside(folder, &name)) {
            Ok((Kind::File, _)) => return Ok(Some(PathBuf::from(name))),
            Err(Refused::Outside) => return Err(format!("{main} leads out of the folder")),
            Ok(_) | Err(Refused::Missing) => {}
            Err(Refused::System(error)) => return Err(format!("{main} cannot be opened: {error}")),
        }
    }
    Ok(None)
}

fn malformed(path: &str, error: &serde_json::Error) -> Error {
    let message = error.to_string();
    let what = message.split(" at line ").next().unwrap_or_default();
    let (line, column) = (error.line(), error.column());
    Error::new(ErrorKind::InvalidSetting, format!("{path}:{line}:{column}: {what}"))
        .remedy("write JSON, or begin the name of the folder with _")
}
