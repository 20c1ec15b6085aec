//! Which languages there are, and what of them is installed here.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    thread,
};

use crate::{
    find::{
        interpreter::{Interpreter, Search, is_shim},
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

/// Every wanted language with its interpreter, in the order of the table. They are asked all at once, since
/// some take a good part of a second to tell their version.
pub(crate) fn languages(is_wanted: impl Fn(&Language) -> bool) -> Vec<Installed> {
    let wanted = LANGUAGES.iter().filter(|language| is_wanted(language));
    thread::scope(|scope| {
        let asked: Vec<_> = wanted.map(|language| (language, scope.spawn(|| installed(language)))).collect();
        let told =
            asked.into_iter().map(|(language, asked)| asked.join().unwrap_or_else(|_| unknown(language)));
        told.collect()
    })
}

/// The shim of a version manager that stands before the language's interpreter, wherever it leads.
pub(crate) fn shim_of(language: &Language) -> Option<PathBuf> {
    first_shim(language, &search_path())
}

/// Every program of that name on the search path, in its order.
pub(crate) fn on_search_path(name: &str) -> Vec<PathBuf> {
    candidates(name.as_ref(), &search_path()).collect()
}

fn unknown(language: &'static Language) -> Installed {
    Installed { language, interpreter: None, version: None, notes: Vec::new() }
}

fn installed(language: &'static Language) -> Installed {
    let path = search_path();
    let search = Search { language, chosen: None, script: None, shebang: None, search_path: &path };
    let Some(found) = search.find() else { return unknown(language) };
    let version = version(&found, language);
    Installed { language, interpreter: Some(found.program), version, notes: slowed_by(language, &path) }
}

fn version(interpreter: &Interpreter, language: &Language) -> Option<String> {
    if language.version.is_empty() {
        return None;
    }
    let place = (Path::new("/"), interpreter.variables.as_slice());
    let printed = probe(&interpreter.program, language.version, place).ok()?;
    String::from_utf8_lossy(&printed).lines().next().map(|line| line.trim().to_owned())
}

fn slowed_by(language: &Language, search_path: &OsStr) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(shim) = first_shim(language, search_path) {
        notes.push(format!("{} is a shim; the interpreter behind it is used", shim.display()));
    }
    let has_certificates = || env::var_os("NODE_EXTRA_CA_CERTS").is_some_and(|file| !file.is_empty());
    if language.interpreters.contains(&"node") && has_certificates() {
        let advice = "NODE_EXTRA_CA_CERTS slows every start of node; unset it where it is not needed";
        notes.push(advice.to_owned());
    }
    notes
}

fn first_shim(language: &Language, search_path: &OsStr) -> Option<PathBuf> {
    let mut programs = language.interpreters.iter().flat_map(|name| candidates(name.as_ref(), search_path));
    // What its makers wrap is no choice of its owner's.
    let is_wrapper = language.wrapped || language.locate.is_empty();
    programs.next().filter(|program| !is_wrapper && is_shim(program))
}

#[cfg(test)]
mod tests {
    use super::languages;

    #[test]
    fn row_24_bash_is_installed_and_has_a_version() {
        let bash = languages(|language| language.name == "bash").pop().unwrap();
        assert!(bash.interpreter.unwrap().is_absolute());
        assert!(bash.version.unwrap().contains("bash"));
    }
}
