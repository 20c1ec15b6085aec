//! The interpreters by which `stack` serves, which are those to compare it with.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::program;
use crate::server::STACK;

/// What `stack languages --json` prints, by the language's name.
#[derive(Debug)]
pub(crate) struct Installed(HashMap<String, Found>);

#[derive(Debug)]
struct Found {
    interpreter: Option<PathBuf>,
    package: String,
    extensions: Vec<String>,
}

impl Installed {
    pub(crate) fn read() -> anyhow::Result<Self> {
        let mut command = Command::new(STACK);
        let printed =
            program::output(command.args(["languages", "--json"]), Duration::from_secs(60), "build it")?;
        let rows: Vec<HashMap<String, Value>> = serde_json::from_str(&printed)?;
        let found = rows.iter().map(|row| {
            let text = |key| row.get(key).and_then(Value::as_str);
            let interpreter = text("interpreter").map(PathBuf::from);
            let package = text("package").unwrap_or_default().to_owned();
            let extensions = row.get("extensions").and_then(Value::as_array).into_iter().flatten();
            let extensions = extensions.filter_map(Value::as_str).map(str::to_owned).collect();
            (text("name").unwrap_or_default().to_owned(), Found { interpreter, package, extensions })
        });
        Ok(Self(found.collect()))
    }

    /// The interpreter behind every shim; nothing where there is none.
    pub(crate) fn interpreter(&self, language: &str) -> Option<&Path> {
        self.0.get(language)?.interpreter.as_deref()
    }

    /// What its files end with, without the dot.
    pub(crate) fn extensions(&self, language: &str) -> &[String] {
        self.0.get(language).map_or(&[], |found| &found.extensions)
    }

    /// What to install.
    pub(crate) fn package(&self, language: &str) -> &str {
        self.0.get(language).map_or("its row in src/service/table.rs", |found| &found.package)
    }
}
