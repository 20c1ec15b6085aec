//! `stack openapi`: the services as an OpenAPI 3.1 document, made from routes, schemas and first comments.

mod comment;
mod document;
mod operation;
#[cfg(test)]
mod tests;

use std::{fs, path::Path, process::ExitCode};

use serde_json::Value;

use self::document::{Described, document};
use crate::{
    cli::{args::OpenapiArguments, check::target, say},
    config,
    error::Error,
    find::Place,
    schema::Schema,
};

/// The version of an interface that says none.
const UNVERSIONED: &str = "0";
/// No `package.json` is larger.
const LARGEST: u64 = 1 << 20;

/// Prints the document.
pub(super) fn openapi(arguments: &OpenapiArguments) -> Result<ExitCode, Error> {
    let site = target(&arguments.target, &config::Service::default())?;
    let title = arguments.title.clone().unwrap_or_else(|| site.name.clone());
    let described = site.places.iter().map(described).collect::<Result<Vec<_>, _>>()?;
    say::out(&format!("{:#}", document(&title, &version(&site.root), &described)));
    Ok(ExitCode::SUCCESS)
}

fn described(place: &Place) -> Result<Described, Error> {
    let settings = place.settings.effective();
    let schema = settings.schema.as_ref().map(|schema| Schema::parse(&place.schema(schema)?)).transpose();
    let schema = schema.map_err(|error| Error::new(error.kind(), format!("{}: {error}", place.source)))?;
    let comment = match (&settings.file, &settings.code) {
        (Some(file), _) => comment::of_file(&place.folder.join(file)),
        (None, Some(code)) => comment::of_source(code),
        (None, None) => None,
    };
    Ok(Described {
        name: place.name.clone(),
        pattern: place.pattern.clone(),
        methods: settings.methods.unwrap_or_default(),
        content_type: settings.content_type,
        schema,
        comment: comment.unwrap_or_default(),
    })
}

/// What the folder's `package.json` says.
fn version(folder: &Path) -> String {
    let path = folder.join("package.json");
    let is_small = path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST);
    let text = is_small.then(|| fs::read(&path).ok()).flatten();
    let package: Option<Value> = text.and_then(|text| serde_json::from_slice(&text).ok());
    let version = package.as_ref().and_then(|package| package["version"].as_str());
    version.filter(|version| !version.is_empty()).unwrap_or(UNVERSIONED).to_owned()
}
