//! What a language is: how its scripts are known, which program runs or builds them, and what its bridge reads.

use super::{
    Compiler,
    limits::{Warm, Warmth},
    table::LANGUAGES,
};

/// So many spares may wait where nobody has set another number.
pub(crate) const SPARES: usize = 8;

/// How a language's bridge reads the request document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// One JSON object.
    Json,
    /// The same with a section `flat`: the flat names of the parameters, for languages with global variables.
    JsonWithNames,
    /// `name TAB value NL` lines with `\\`, `\n`, `\t`, `\r` and `\0` escaped.
    Pairs,
    /// The same for a language whose texts cannot hold a NUL: a request with one is refused.
    PairsWithoutNul,
    /// Assignments that bash sources.
    Shell,
}

/// The script that loads a user's file and speaks the contract for it.
#[derive(Debug)]
pub(crate) struct Bridge {
    /// The file that the interpreter is given.
    pub(crate) entry: &'static str,
    /// Every file of the bridge: its name and its text.
    pub(crate) files: &'static [(&'static str, &'static str)],
}

/// How a request's own variables get into the environment of its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Environment {
    /// The bridge sets them from the document, whether its process was started for the request or before it.
    FromDocument,
    /// They are given to the process at its start, since nothing in it can set them.
    FromStart,
}

/// A first service to begin with.
#[derive(Debug)]
pub(crate) struct Starter {
    /// The extension that its file has.
    pub(crate) extension: &'static str,
    pub(crate) text: &'static str,
}

/// One language: how its scripts are known and run.
#[derive(Debug)]
pub(crate) struct Language {
    /// The name that `--language` and the first line use.
    pub(crate) name: &'static str,
    /// Other names that `--language` takes.
    pub(crate) aliases: &'static [&'static str],
    /// Extensions without their dot.
    pub(crate) extensions: &'static [&'static str],
    /// Programs to look for, in order; also the names that a shebang may have (a version may follow).
    pub(crate) interpreters: &'static [&'static str],
    /// The words after the interpreter's own name, in which `{flags}` stands for those of the script's first line,
    /// `{bridge}` for the bridge and `{script}` for the script; then come the words that the user gave.
    pub(crate) command: &'static [&'static str],
    /// Words before those for an interpreter whose own file has a name that begins so.
    pub(crate) arguments_of: &'static [(&'static str, &'static [&'static str])],
    /// The bridge; none where the interpreter is given the script itself.
    pub(crate) bridge: Option<Bridge>,
    /// How its sources are built; none where the interpreter runs them as they are.
    pub(crate) compiler: Option<Compiler>,
    /// The encoding of the document; none where nothing reads one.
    pub(crate) document: Option<Format>,
    /// Where the request's own variables come from.
    pub(crate) environment: Environment,
    /// Whether it starts so slowly, in more than about 3 ms, that spares are kept unless somebody says no.
    pub(crate) slow: bool,
    /// Whether its bridge imports ahead what the script will import, or what it is told.
    pub(crate) imports: bool,
    /// Where forks of it are worth what a script could notice of them: the variables that keep a fork server at one
    /// thread, which the bridge takes away again.
    pub(crate) forks: Option<&'static [(&'static str, &'static str)]>,
    /// Arguments that make the interpreter print its own real path, to see through a shim, and on further lines
    /// each variable `NAME=value` that it cannot be started without. None where the program on the path is a
    /// script of the language's own makers.
    pub(crate) locate: &'static [&'static str],
    /// Whether every program of these names is a wrapper to be seen through, even one that does not look so.
    pub(crate) wrapped: bool,
    /// Arguments that make the interpreter print its version; none where no arguments do.
    pub(crate) version: &'static [&'static str],
    /// The Debian package that has it.
    pub(crate) package: &'static str,
    /// What `stack new` writes.
    pub(crate) starter: Option<Starter>,
}

impl Language {
    /// What is started ahead for a service of it.
    pub(crate) fn warmth(&self, warm: Warm, preload: Option<Vec<String>>) -> Warmth {
        let spares = match (self.environment, warm) {
            // What starts before its request could not have the request's variables.
            (Environment::FromStart, _) | (_, Warm::Off) => 0,
            (Environment::FromDocument, Warm::Auto) if !self.slow => 0,
            (Environment::FromDocument, Warm::Auto | Warm::Fork) => SPARES,
            (Environment::FromDocument, Warm::Spares(most)) => most,
        };
        let forks = self.forks.filter(|_| warm == Warm::Fork);
        Warmth { spares, forks, imports: self.imports, preload, ..Warmth::default() }
    }

    /// The language of that name or alias.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|language| language.name == name || language.aliases.contains(&name))
    }

    /// The language of that extension.
    pub(crate) fn of_extension(extension: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|language| language.extensions.contains(&extension))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Compiler, LANGUAGES};

    #[test]
    fn no_two_languages_share_a_name_or_an_extension() {
        let (mut names, mut extensions) = (HashSet::new(), HashSet::new());
        for language in LANGUAGES {
            for name in language.aliases.iter().chain([&language.name]) {
                assert!(names.insert(name), "{name} is said twice");
            }
            for extension in language.extensions {
                assert!(extensions.insert(extension), ".{extension} is said twice");
            }
        }
    }

    #[test]
    fn every_row_says_what_is_run_and_by_what() {
        for language in LANGUAGES {
            assert!(!language.interpreters.is_empty() && !language.package.is_empty(), "{}", language.name);
            assert!(language.command.contains(&"{script}"), "{}", language.name);
            let has_bridge =
                language.bridge.is_some() && !language.compiler.as_ref().is_some_and(Compiler::takes_script);
            let names_it = language.command.iter().any(|word| word.contains("{bridge}"));
            assert!(!has_bridge || names_it, "{}", language.name);
        }
    }
}
