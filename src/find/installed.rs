//! Which languages there are, and what of them is installed here.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
};

use crate::{
    find::{
        interpreter::{Search, is_shim},
        program::{candidates, search_path},
    },
    process::probe,
    service::{LANGUAGES, Language},
};

/// One language and its interpreter on this machine.
#[derive(Debug)]
pub(crate) struct Installed {
    pub(crate) language: &'static Language,
    /// The interpreter that a script without a first line or virtual environment is run by.
    pub(crate) interpreter: Option<PathBuf>,
    /// What the interpreter says of its version, its first line.
    pub(crate) version: Option<String>,
    /// What slows the interpreter here, one sentence each.
    pub(crate) notes: Vec<String>,
}

/// Every language with its interpreter, in the order of the table.
pub(crate) fn languages() -> impl Iterator<Item = Installed> {
    LANGUAGES.iter().map(installed)
}

fn installed(language: &'static Language) -> Installed {
    let path = search_path();
    let search = Search { language, chosen: None, script: None, shebang: None, search_path: &path };
    let interpreter = search.find().map(|interpreter| interpreter.program);
    let version = interpreter.as_deref().and_then(|program| version(program, language));
    let notes = interpreter.iter().flat_map(|_| slowed_by(language, &path)).collect();
    Installed { language, interpreter, version, notes }
}

fn version(program: &Path, language: &Language) -> Option<String> {
    let printed = probe(program, language.version, Path::new("/")).ok()?;
    String::from_utf8_lossy(&printed).lines().next().map(|line| line.trim().to_owned())
}

fn slowed_by(language: &Language, search_path: &OsStr) -> Vec<String> {
    let mut notes = Vec::new();
    let mut programs = language.interpreters.iter().flat_map(|name| candidates(name.as_ref(), search_path));
    if let Some(shim) = programs.next().filter(|program| is_shim(program)) {
        notes.push(format!("{} is a shim; the interpreter behind it is used", shim.display()));
    }
    let has_certificates = || env::var_os("NODE_EXTRA_CA_CERTS").is_some_and(|file| !file.is_empty());
    if language.interpreters.contains(&"node") && has_certificates() {
        let advice = "NODE_EXTRA_CA_CERTS slows every start of node; unset it where it is not needed";
        notes.push(advice.to_owned());
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::languages;

    #[test]
    fn row_24_bash_is_installed_and_has_a_version() {
        let bash = languages().find(|installed| installed.language.name == "bash").unwrap();
        assert!(bash.interpreter.unwrap().is_absolute());
        assert!(bash.version.unwrap().contains("bash"));
    }
}
