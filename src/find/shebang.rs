//! The first line of a script: which interpreter it asks for.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, Read},
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::Path,
};

use crate::service::{LANGUAGES, Language};

/// How much of a file is read for its first line; the kernel itself looks at 256 bytes.
const LONGEST: u64 = 512;

/// What stands after `#!`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shebang {
    /// The interpreter: a path, or the name that `env` is to look for.
    pub(super) program: OsString,
    /// The words between the interpreter and the script.
    pub(super) flags: Vec<OsString>,
}

impl Shebang {
    /// The first line of that file, if it is a shebang.
    pub(super) fn read(file: &Path) -> io::Result<Option<Self>> {
        let mut beginning = Vec::new();
        File::open(file)?.take(LONGEST).read_to_end(&mut beginning)?;
        Ok(Self::parse(&beginning))
    }

    /// What a file that begins so asks for.
    pub(super) fn parse(beginning: &[u8]) -> Option<Self> {
        let line = beginning.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let mut program = words.next()?;
        if base_name(program) == b"env" {
            program = words.by_ref().find_map(behind_env)?;
        }
        let flags = words.map(|word| OsString::from_vec(word.to_vec())).collect();
        Some(Self { program: OsString::from_vec(program.to_vec()), flags })
    }

    /// The language that this interpreter belongs to.
    pub(super) fn language(&self) -> Option<&'static Language> {
        LANGUAGES.iter().find(|language| self.is_interpreter_of(language))
    }

    /// Whether this interpreter can run the bridge of that language; a version may follow its name.
    pub(super) fn is_interpreter_of(&self, language: &Language) -> bool {
        language
            .interpreters
            .iter()
            .any(|interpreter| self.name().strip_prefix(interpreter.as_bytes()).is_some_and(is_version))
    }

    /// Whether a file of that language may have this first line and still be of that language: `sh` is
    /// no interpreter for bash's bridge, but the common first line of a `.sh` file.
    pub(super) fn agrees_with(&self, language: &Language) -> bool {
        self.is_interpreter_of(language)
            || language.aliases.iter().any(|alias| alias.as_bytes() == self.name())
    }

    fn name(&self) -> &[u8] {
        base_name(self.program.as_bytes())
    }
}

/// The program among the words after `env`, whose options and assignments come before it.
fn behind_env(word: &[u8]) -> Option<&[u8]> {
    let word = match word.strip_prefix(b"-S") {
        Some(joined) if !joined.is_empty() => joined,
        _ => word,
    };
    (!word.starts_with(b"-") && !word.contains(&b'=')).then_some(word)
}

fn base_name(path: &[u8]) -> &[u8] {
    Path::new(OsStr::from_bytes(path)).file_name().map_or(path, OsStr::as_bytes)
}

fn is_version(rest: &[u8]) -> bool {
    rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::Shebang;
    use crate::service::Language;

    fn shebang(text: &str) -> Option<(String, Vec<String>)> {
        Shebang::parse(text.as_bytes()).map(|shebang| {
            let words = shebang.flags.into_iter().map(|word| word.into_string().unwrap());
            (shebang.program.into_string().unwrap(), words.collect())
        })
    }

    fn language(text: &str) -> Option<&'static str> {
        Shebang::parse(text.as_bytes())?.language().map(|language| language.name)
    }

    #[test]
    fn a_shebang_is_a_program_and_its_flags() {
        let flags = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(shebang("#!/bin/bash -eu\necho"), Some(("/bin/bash".into(), flags(&["-eu"]))));
        assert_eq!(shebang("#! /usr/bin/python3\r\n"), Some(("/usr/bin/python3".into(), flags(&[]))));
        assert_eq!(shebang("#!/usr/bin/env python3"), Some(("python3".into(), flags(&[]))));
        let split = "#!/usr/bin/env -S LANG=C node --trace-uncaught\n";
        assert_eq!(shebang(split), Some(("node".into(), flags(&["--trace-uncaught"]))));
        assert_eq!(shebang("#!/usr/bin/env -Snode\n"), Some(("node".into(), flags(&[]))));
    }

    #[test]
    fn other_beginnings_are_no_shebang() {
        for text in ["", "#", "#!", "#!\n/bin/sh", "#!/usr/bin/env\n", "# !/bin/sh", "\u{feff}#!/bin/sh"] {
            assert_eq!(shebang(text), None, "{text:?}");
        }
    }

    #[test]
    fn row_09_the_shebang_names_the_language() {
        assert_eq!(language("#!/usr/bin/env python3\n"), Some("python"));
        assert_eq!(language("#!/srv/app/.venv/bin/python\n"), Some("python"));
        assert_eq!(language("#!/usr/bin/python3.11\n"), Some("python"));
        assert_eq!(language("#!/usr/bin/env nodejs\n"), Some("javascript"));
        assert_eq!(language("#!/bin/bash\n"), Some("bash"));
        assert_eq!(language("#!/usr/bin/env ts-node\n"), None);
        assert_eq!(language("#!/bin/sh\n"), None);
    }

    #[test]
    fn sh_is_at_home_in_a_bash_file_but_does_not_run_its_bridge() {
        let bash = Language::named("bash").unwrap();
        let shebang = Shebang::parse(b"#!/bin/sh\n").unwrap();
        assert!(shebang.agrees_with(bash) && !shebang.is_interpreter_of(bash));
        assert!(!Shebang::parse(b"#!/usr/bin/perl\n").unwrap().agrees_with(bash));
    }
}
