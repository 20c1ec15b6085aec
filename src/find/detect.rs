//! What a file is: a script of some language, or a program. `--language` decides before the extension,
//! the extension before the first line.

use std::path::Path;

use crate::{
    error::{Error, ErrorKind},
    find::{program::is_executable, shebang::Shebang},
    service::{LANGUAGES, Language},
};

/// What a file turned out to be.
#[derive(Debug)]
pub(super) enum Detected {
    /// A script that the bridge of its language runs.
    Script(&'static Language),
    /// A program that the kernel runs, with the reason where it is a surprise.
    Program(Option<String>),
}

/// Tells what the file is, from the language that was named, its extension and its first line.
pub(super) fn detect(
    file: &Path,
    language: Option<&'static Language>,
    shebang: Option<&Shebang>,
) -> Result<Detected, Error> {
    if let Some(language) = language {
        return Ok(Detected::Script(language));
    }
    let extension = file.extension().and_then(|extension| extension.to_str());
    match (extension.and_then(Language::of_extension), shebang) {
        (Some(language), Some(shebang)) if !shebang.agrees_with(language) => {
            contradiction(file, language, shebang)
        }
        (Some(language), _) => Ok(Detected::Script(language)),
        (None, Some(shebang)) => match shebang.language() {
            Some(language) => Ok(Detected::Script(language)),
            None => plain_program(file),
        },
        (None, None) if is_executable(file) => Ok(Detected::Program(None)),
        (None, None) => Err(undetected()),
    }
}

/// The language of that name, or an error that lists those there are.
pub(super) fn named(name: &str) -> Result<&'static Language, Error> {
    Language::named(name).ok_or_else(|| {
        let message = format!("there is no language {name:?}");
        Error::new(ErrorKind::UnknownLanguage, message).remedy(format!("choose one of {}", names()))
    })
}

/// The error of a file or of code whose language nobody can tell.
pub(super) fn undetected() -> Error {
    let message = "language is not specified and could not be detected";
    let remedy = format!("name it with --language, one of {}", names());
    Error::new(ErrorKind::UnknownLanguage, message).remedy(remedy)
}

fn names() -> String {
    LANGUAGES.iter().map(|language| language.name).collect::<Vec<_>>().join(", ")
}

/// A first line that names something else than the extension wins, and its owner should hear of it.
fn contradiction(file: &Path, language: &Language, shebang: &Shebang) -> Result<Detected, Error> {
    let (path, program) = (file.display(), shebang.program.display());
    if is_executable(file) {
        return Ok(Detected::Program(Some(format!(
            "{path} asks for {program} in its first line, so it is run as a program; --language {} makes it \
             a {} script",
            language.name, language.name
        ))));
    }
    let message = format!("{path} asks for {program} in its first line, but may not be executed");
    let remedy = format!("chmod +x {path}, or --language {}", language.name);
    Err(Error::new(ErrorKind::NotServable, message).remedy(remedy))
}

fn plain_program(file: &Path) -> Result<Detected, Error> {
    if is_executable(file) {
        return Ok(Detected::Program(None));
    }
    let path = file.display();
    let remedy = format!("chmod +x {path}, or name a --language");
    Err(Error::new(ErrorKind::NotServable, format!("{path} may not be executed")).remedy(remedy))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

    use super::{Detected, detect, named};
    use crate::{error::Error, find::shebang::Shebang};

    struct Script {
        _folder: tempfile::TempDir,
        path: PathBuf,
    }

    fn script(name: &str, text: &str, mode: u32) -> Script {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        Script { _folder: folder, path }
    }

    fn detected(script: &Script, language: Option<&str>) -> Result<Detected, Error> {
        let shebang = Shebang::read(&script.path).unwrap();
        detect(&script.path, language.map(|name| named(name).unwrap()), shebang.as_ref())
    }

    fn language_of(script: &Script, language: Option<&str>) -> &'static str {
        match detected(script, language).unwrap() {
            Detected::Script(language) => language.name,
            Detected::Program(_) => "program",
        }
    }

    #[test]
    fn row_09_language_before_extension_before_shebang() {
        assert_eq!(language_of(&script("x.py", "", 0o644), None), "python");
        assert_eq!(language_of(&script("x.py", "", 0o755), None), "python");
        assert_eq!(language_of(&script("x.py", "", 0o644), Some("node")), "javascript");
        assert_eq!(language_of(&script("x.py", "#!/usr/bin/perl\n", 0o644), Some("python")), "python");
        assert_eq!(language_of(&script("x", "#!/usr/bin/env python3\n", 0o644), None), "python");
        assert_eq!(language_of(&script("x.foo", "#!/bin/bash -e\n", 0o644), None), "bash");
        assert_eq!(language_of(&script("x.sh", "#!/bin/sh\n", 0o644), None), "bash");
    }

    #[test]
    fn row_09_a_foreign_shebang_makes_a_known_extension_a_program_and_says_so() {
        match detected(&script("x.py", "#!/usr/bin/perl\n", 0o755), None).unwrap() {
            Detected::Program(Some(note)) => assert!(note.contains("asks for /usr/bin/perl"), "{note}"),
            other => panic!("{other:?}"),
        }
        let error = detected(&script("x.py", "#!/usr/bin/perl\n", 0o644), None).unwrap_err();
        assert!(error.is_not_servable());
        assert!(error.to_string().contains("chmod +x"), "{error}");
    }

    #[test]
    fn row_39_an_executable_without_a_language_is_a_program() {
        assert_eq!(language_of(&script("tool", "\u{7f}ELF", 0o755), None), "program");
        assert_eq!(language_of(&script("tool", "#!/bin/sh\n", 0o755), None), "program");
        assert!(detected(&script("tool", "#!/bin/sh\n", 0o644), None).unwrap_err().is_not_servable());
    }

    #[test]
    fn row_11_an_unknown_language_names_the_flag() {
        let error = detected(&script("x.foo", "hello", 0o644), None).unwrap_err();
        assert!(error.is_unknown_language());
        let text = error.to_string();
        assert!(text.starts_with("language is not specified and could not be detected"), "{text}");
        assert!(text.contains("--language"), "{text}");
    }

    #[test]
    fn row_10_aliases() {
        for alias in ["es6", "es7", "babel", "node"] {
            assert_eq!(named(alias).unwrap().name, "javascript");
        }
        assert_eq!(named("sh").unwrap().name, "bash");
        assert!(named("cobol").unwrap_err().is_unknown_language());
    }
}
