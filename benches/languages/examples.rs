//! The services that are measured: a greeting in every language.

use std::fs;
use std::path::{Path, PathBuf};

use crate::installed::Installed;
use crate::languages::{LANGUAGES, Language};

/// Their folder in the project.
const FOLDER: &str = "examples/services/hello-world";

/// The names of the files.
#[derive(Debug)]
pub(crate) struct Examples(Vec<String>);

impl Examples {
    pub(crate) fn read() -> anyhow::Result<Self> {
        let names =
            fs::read_dir(folder())?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        Ok(Self(names.collect::<anyhow::Result<_>>()?))
    }

    /// The path of the one in that language.
    pub(crate) fn of(&self, language: &Language, installed: &Installed) -> Option<PathBuf> {
        self.0.iter().find(|name| is_in(name, language, installed)).map(|name| folder().join(name))
    }

    /// Those that no row of the table would measure.
    pub(crate) fn without_a_row(&self, installed: &Installed) -> Vec<&str> {
        let has_row = |name: &&String| LANGUAGES.iter().any(|language| is_in(name, language, installed));
        self.0.iter().filter(|name| !has_row(name)).map(String::as_str).collect()
    }
}

fn is_in(name: &str, language: &Language, installed: &Installed) -> bool {
    let extension = name.rsplit('.').next().unwrap_or_default();
    extension == language.extension || installed.extensions(language.name).iter().any(|own| own == extension)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER)
}
