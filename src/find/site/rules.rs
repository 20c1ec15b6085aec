//! What must be true of the values in a `stack.toml` beside their types: each is refused with its line.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use http::{
    HeaderName, HeaderValue, Method,
    header::{CONTENT_LENGTH, TRAILER},
};

use super::{
    document::Document,
    settings::{filled, schema_file},
};
use crate::{
    config::{SchemaSource, Service},
    control::is_framing,
    error::Error,
    find::{detect::named, env_file, environment::checked},
    pattern::Pattern,
};

/// The methods whose names are written in capitals; others may be anybody's own.
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"];

/// Refuses what the file says and cannot be.
pub(super) fn hold(document: &Document) -> Result<(), Error> {
    server(document)?;
    let file = &document.file;
    defaults(document)?;
    Rules { document, key: "defaults", service: &file.defaults }.hold()?;
    if let Some(service) = &file.service {
        Rules { document, key: "service", service }.hold()?;
    }
    for (name, service) in &file.services {
        Rules { document, key: &format!("services.{name}"), service }.hold()?;
    }
    Ok(())
}

fn server(document: &Document) -> Result<(), Error> {
    let server = &document.file.server;
    if server.max_processes == Some(0) {
        return Err(no_process(document, "server.max_processes"));
    }
    for (key, folder) in [("server.static", &server.pages), ("server.temp_dir", &server.temp_dir)] {
        if let Some(folder) = folder {
            is_folder(document, key, folder)?;
        }
    }
    Ok(())
}

/// What only one service can have.
fn defaults(document: &Document) -> Result<(), Error> {
    let Service { route, file, command, code, .. } = &document.file.defaults;
    let own = [
        ("route", route.is_some()),
        ("file", file.is_some()),
        ("command", command.is_some()),
        ("code", code.is_some()),
    ];
    match own.into_iter().find(|(_, is_set)| *is_set) {
        None => Ok(()),
        Some((key, _)) => Err(document
            .wrong(&format!("defaults.{key}"), &format!("services cannot have one {key} in common"))
            .remedy("name it in the table of a service")),
    }
}

struct Rules<'a> {
    document: &'a Document,
    /// The table, as in `services.users`.
    key: &'a str,
    service: &'a Service,
}

impl Rules<'_> {
    fn hold(&self) -> Result<(), Error> {
        if let Some(route) = &self.service.route {
            Pattern::parse(route).map_err(|error| self.because("route", &error))?;
        }
        if let Some(language) = &self.service.language {
            named(language).map_err(|error| self.because("language", &error))?;
        }
        self.methods()?;
        self.headers()?;
        self.variables()?;
        self.files()?;
        self.schema()?;
        if self.service.command.as_ref().is_some_and(Vec::is_empty) {
            return Err(self.wrong("command", "a command has at least one word").remedy("name a program"));
        }
        if self.service.max_processes == Some(0) {
            return Err(no_process(self.document, &self.key_of("max_processes")));
        }
        Ok(())
    }

    fn methods(&self) -> Result<(), Error> {
        for name in self.service.methods.iter().flatten() {
            let known = METHODS.iter().find(|method| method.eq_ignore_ascii_case(name));
            if let Some(known) = known.filter(|known| **known != name) {
                let error = self.wrong("methods", &format!("the method {name:?} is written otherwise"));
                return Err(error.remedy(format!("write {known:?}")));
            }
            if Method::from_bytes(name.as_bytes()).is_err() {
                let error = self.wrong("methods", &format!("{name:?} is no method"));
                return Err(error.remedy("write names as in [\"GET\", \"POST\"]"));
            }
        }
        match self.service.methods.as_deref() {
            Some([]) => Err(self
                .wrong("methods", "a service answers at least one method")
                .remedy("leave methods out for all of them")),
            _ => Ok(()),
        }
    }

    fn headers(&self) -> Result<(), Error> {
        for (name, value) in &self.service.headers {
            let key = format!("headers.{name}");
            let Ok(field) = HeaderName::from_bytes(name.as_bytes()) else {
                return Err(self.wrong(&key, &format!("{name:?} is no name of a header")));
            };
            if is_framing(field.as_str()) || field == CONTENT_LENGTH || field == TRAILER {
                let error = self.wrong(&key, &format!("the header {name} is the server's own"));
                return Err(error.remedy("leave it out"));
            }
            if HeaderValue::from_str(value).is_err() {
                let error = self.wrong(&key, &format!("the header {name} cannot have this value"));
                return Err(error.remedy("write it in one line of ASCII"));
            }
        }
        if let Some(content_type) = &self.service.content_type {
            let is_plain = content_type.bytes().all(|byte| (b' '..=b'~').contains(&byte));
            if content_type.is_empty() || !is_plain {
                let error = self.wrong("content_type", &format!("{content_type:?} is no content type"));
                return Err(error.remedy("write it as in \"text/html; charset=utf-8\""));
            }
        }
        Ok(())
    }

    fn variables(&self) -> Result<(), Error> {
        for (name, value) in &self.service.env {
            let key = format!("env.{name}");
            checked(OsStr::new(name), OsStr::new(value)).map_err(|error| self.because(&key, &error))?;
            if let Err(needs) = filled(value) {
                let error = self.wrong(&key, &format!("{name} needs the variable {needs}, which is not set"));
                return Err(error.remedy(format!("set {needs}, or write $${{ for a plain ${{")));
            }
        }
        for path in self.service.env_file.iter().flatten() {
            env_file::read(&self.path(path)).map_err(|error| self.because("env_file", &error))?;
        }
        Ok(())
    }

    fn files(&self) -> Result<(), Error> {
        if let Some(file) = &self.service.file {
            let shown = file.display();
            let path = self.path(file);
            if !path.is_file() {
                let what = if path.exists() { "is no file" } else { "does not exist" };
                let error = self.wrong("file", &format!("the file {shown} {what}"));
                return Err(error.remedy("name one by its path from the folder of this file"));
            }
        }
        match &self.service.directory {
            Some(folder) => is_folder(self.document, &self.key_of("directory"), folder),
            None => Ok(()),
        }
    }

    fn schema(&self) -> Result<(), Error> {
        let Some(SchemaSource::File(path)) = &self.service.schema else { return Ok(()) };
        let shown = path.display();
        let text = schema_file(&self.path(path)).map_err(|error| {
            self.wrong("schema", &format!("the schema {shown} cannot be read: {error}"))
                .remedy("name a JSON file by its path from the folder of this file")
        })?;
        match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(_) => Ok(()),
            Err(error) => Err(self
                .wrong("schema", &format!("the schema {shown} is no JSON: {error}"))
                .remedy("correct the file")),
        }
    }

    fn path(&self, path: &Path) -> PathBuf {
        self.document.folder.join(path)
    }

    fn key_of(&self, field: &str) -> String {
        format!("{}.{field}", self.key)
    }

    fn wrong(&self, field: &str, message: &str) -> Error {
        self.document.wrong(&self.key_of(field), message)
    }

    /// The same error with its place.
    fn because(&self, field: &str, error: &Error) -> Error {
        self.wrong(field, &error.to_string())
    }
}

fn is_folder(document: &Document, key: &str, folder: &Path) -> Result<(), Error> {
    if document.folder.join(folder).is_dir() {
        return Ok(());
    }
    let error = document.wrong(key, &format!("there is no folder {}", folder.display()));
    Err(error.remedy("make it, or name one by its path from the folder of this file"))
}

fn no_process(document: &Document, key: &str) -> Error {
    document.wrong(key, "without any process nothing is answered").remedy("allow at least 1")
}
