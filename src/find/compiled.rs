//! From a compiled language's row in the table to the recipe of one source's builds.

use std::{
    env,
    ffi::{CString, OsStr, OsString},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    compile::{Build, Command, Recipe, Runs, Word},
    find::{environment::is_reserved, target::Target},
    service::{Compiler, Language, Launch, Product, Start, Step, Strings},
};

/// What a compiled language's target has beside a script's: its compilers.
#[derive(Debug)]
pub(super) struct Compiled {
    compiler: &'static Compiler,
    commands: Vec<Command>,
    version: Command,
    /// The first of the language's own files.
    entry: PathBuf,
}

/// The compilers of a language, if it has any, whose interpreter is that program and whose own files stand beside `entry`.
pub(super) fn compilers(language: &'static Language, interpreter: &Path, entry: &Path) -> Option<Compiled> {
    let compiler = language.compiler.as_ref()?;
    let program_of = |step: &Step| step.program.map_or_else(|| interpreter.to_owned(), PathBuf::from);
    let commands: Vec<_> =
        compiler.steps.iter().map(|step| Command { program: program_of(step), words: step.words }).collect();
    let version = Command { program: program_of(compiler.steps.first()?), words: compiler.version };
    Some(Compiled { compiler, commands, version, entry: entry.to_owned() })
}

/// The service's start: a build of its source.
pub(super) fn start(target: &Target, compiled: Compiled, launch: Launch) -> Start {
    let takes_script = compiled.compiler.takes_script();
    let source = if takes_script { target.file.clone().unwrap_or_default() } else { compiled.entry.clone() };
    let Launch { environment, directory, .. } = launch;
    let recipe = Recipe {
        language: target.language.map_or("", |language| language.name),
        interpreter: target.program.clone(),
        source,
        support: compiled.entry.parent().unwrap_or(Path::new("/")).to_owned(),
        commands: compiled.commands,
        version: compiled.version,
        environment: own_environment(),
        heeded: heeded(),
        inputs: compiled.compiler.inputs,
        runs: runs(target, compiled.compiler.product, environment, directory),
    };
    Start::Built(Arc::new(Build::new(recipe)))
}

fn runs(target: &Target, product: Product, environment: Strings, directory: CString) -> Runs {
    let plain = || target.words.iter().cloned().map(Word::Plain);
    let interpreter = Some(target.program.clone());
    match product {
        Product::Text => Runs {
            program: interpreter,
            words: plain().collect(),
            environment,
            variable: Some("STACK_COMPILED"),
            directory,
        },
        Product::Code(words) | Product::Image(words) => {
            let templates = words.iter().copied().map(Word::Template);
            // An image stands before the bridge and the script; code is in their place.
            let replaced = if matches!(product, Product::Image(_)) { 1 } else { target.before_arguments };
            let words = plain().take(1).chain(templates).chain(plain().skip(replaced));
            Runs { program: interpreter, words: words.collect(), environment, variable: None, directory }
        }
        Product::Program => {
            let words = [Word::Template("{source}")].into_iter();
            let words = words.chain(plain().skip(target.before_arguments)).collect();
            Runs { program: None, words, environment, variable: None, directory }
        }
    }
}

/// What a compiler is given: this process's own variables, as a shell would give them.
fn own_environment() -> Strings {
    let mut environment = Strings::default();
    for (name, value) in env::vars_os().filter(|(name, _)| !is_reserved(name)) {
        environment.push_variable(name.as_bytes(), value.as_bytes());
    }
    environment
}

/// What the names of variables begin with that change what compilers make.
const HEEDED: &[&str] = &[
    "CPATH",
    "C_INCLUDE_PATH",
    "LIBRARY_PATH",
    "COMPILER_PATH",
    "GCC_",
    "GO",
    "CGO_",
    "RUST",
    "OCAML",
    "CAML",
    "NODE_",
    "JAVA_",
    "JDK_",
    "CLASSPATH",
    "ESBUILD_",
];

/// The variables that make another program of the same source.
fn heeded() -> Vec<OsString> {
    let is_heeded = |name: &OsStr| HEEDED.iter().any(|prefix| name.as_bytes().starts_with(prefix.as_bytes()));
    let mut heeded: Vec<_> = env::vars_os()
        .filter(|(name, _)| is_heeded(name))
        .map(|(mut variable, value)| {
            variable.push("=");
            variable.push(value);
            variable
        })
        .collect();
    heeded.sort();
    heeded
}
