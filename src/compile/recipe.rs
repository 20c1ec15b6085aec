//! One build with everything that is known before it: which commands make what of which source.

use std::{
    ffi::{CString, OsStr, OsString},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::service::{Inputs, Keep, Launch, Strings, fill};

/// How a source becomes a program.
#[derive(Debug)]
pub(crate) struct Recipe {
    /// The language's name.
    pub(crate) language: &'static str,
    /// What the language's row calls its interpreter: mostly the compiler.
    pub(crate) interpreter: PathBuf,
    /// The user's file, absolute.
    pub(crate) source: PathBuf,
    /// The folder with the language's own files.
    pub(crate) support: PathBuf,
    /// The commands, in order.
    pub(crate) commands: Vec<Command>,
    /// The command that prints the compiler's version.
    pub(crate) version: Command,
    /// The environment of all commands.
    pub(crate) environment: Strings,
    /// Those of its variables, as `NAME=value`, that compilers are known to heed.
    pub(crate) heeded: Vec<OsString>,
    /// How the files beside the source are learned.
    pub(crate) inputs: Inputs,
    pub(crate) runs: Runs,
}

/// A program and its words after its own name, with places in them.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) program: PathBuf,
    pub(crate) words: &'static [&'static str],
}

/// A word of what is run.
#[derive(Debug)]
pub(crate) enum Word {
    /// As it is, whatever stands in it.
    Plain(OsString),
    /// With places in it.
    Template(&'static str),
}

/// How what was built is run.
#[derive(Debug)]
pub(crate) struct Runs {
    /// What is executed, where it is not what was built.
    pub(crate) program: Option<PathBuf>,
    /// The whole argument list.
    pub(crate) words: Vec<Word>,
    pub(crate) environment: Strings,
    /// The variable that tells a bridge where the built text is.
    pub(crate) variable: Option<&'static str>,
    pub(crate) directory: CString,
}

/// What stands for the places in words.
#[derive(Debug)]
pub(super) struct Places<'a> {
    pub(super) language: &'static str,
    pub(super) interpreter: &'a Path,
    pub(super) source: &'a Path,
    pub(super) support: &'a Path,
    pub(super) output: &'a Path,
}

impl Places<'_> {
    /// The word of the table with its places filled.
    pub(super) fn fill(&self, word: &str) -> OsString {
        let places = [
            ("{language}", OsStr::new(self.language)),
            ("{interpreter}", self.interpreter.as_os_str()),
            ("{source}", self.source.as_os_str()),
            ("{support}", self.support.as_os_str()),
            ("{output}", self.output.as_os_str()),
        ];
        fill(word, &places)
    }
}

impl Recipe {
    /// The name of what is built: that of the source, which is what a list of processes shows.
    pub(super) fn product(&self) -> &OsStr {
        self.source.file_stem().unwrap_or(OsStr::new("program"))
    }

    pub(super) fn places<'a>(&'a self, output: &'a Path) -> Places<'a> {
        let (language, interpreter) = (self.language, self.interpreter.as_path());
        Places { language, interpreter, source: &self.source, support: &self.support, output }
    }
}

impl Word {
    fn filled(&self, places: &Places<'_>) -> OsString {
        match self {
            Self::Plain(word) => word.clone(),
            Self::Template(template) => places.fill(template),
        }
    }
}

impl Runs {
    /// What a request starts, of what stands at `places.output`.
    pub(super) fn launch(&self, places: &Places<'_>, keep: Arc<dyn Keep>) -> Option<Arc<Launch>> {
        let mut environment = self.environment.clone();
        if let Some(variable) = self.variable {
            environment.push_variable(variable.as_bytes(), places.output.as_os_str().as_bytes());
        }
        let program = self.program.as_deref().unwrap_or(places.output);
        Some(Arc::new(Launch {
            program: CString::new(program.as_os_str().as_bytes()).ok()?,
            arguments: self.words.iter().map(|word| word.filled(places)).collect(),
            environment,
            directory: self.directory.clone(),
            _keep: Some(keep),
        }))
    }
}
