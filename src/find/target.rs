//! What will be executed: the file, the command or the code resolved to a program and its words.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    cache::PrivateFolder,
    error::{Error, ErrorKind},
    find::{
        bridges,
        builder::Builder,
        compiled::{self, Compiled},
        detect::{Detected, detect, named, undetected},
        inline,
        interpreter::{Interpreter, Search},
        program::{absolute_path, candidates, has_slash, is_executable, search_path},
        shebang::Shebang,
    },
    service::{Compiler, Language, Printable, Protocol, fill},
};

/// A program with everything that its start needs to know from the disk.
#[derive(Debug)]
pub(super) struct Target {
    /// The language, or the command as it was typed.
    pub(super) name: String,
    /// The script, absolute.
    pub(super) file: Option<PathBuf>,
    pub(super) language: Option<&'static Language>,
    /// What is executed, absolute.
    pub(super) program: PathBuf,
    /// The whole argument list, from `argv[0]`.
    pub(super) words: Vec<OsString>,
    /// How many of the words stand before those that the user gave.
    pub(super) before_arguments: usize,
    /// The compilers, where the source is built first.
    pub(super) compiled: Option<Compiled>,
    /// The variables that the program cannot be started without.
    pub(super) variables: Vec<(OsString, OsString)>,
    pub(super) directory: PathBuf,
    /// What must live as long as the service.
    pub(super) folders: Vec<PrivateFolder>,
    pub(super) notes: Vec<String>,
}

/// The file at that path, as a script or as a program.
pub(super) fn file(path: &Path, builder: &Builder) -> Result<Target, Error> {
    check_regular(path)?;
    let unreadable = |error| Error::system(format!("cannot read {}", path.display()), error);
    let language = builder.language.as_deref().map(named).transpose()?;
    let shebang = match Shebang::read(path) {
        // A program may be executable without being readable.
        Err(error) if language.is_some() || !is_executable(path) => return Err(unreadable(error)),
        Err(_) => None,
        Ok(shebang) => shebang,
    };
    match detect(path, language, shebang.as_ref())? {
        Detected::Program(note) => Ok(program(path, note, builder)),
        Detected::Script(language) => {
            let script = Script { file: absolute_path(path), language, shebang };
            let directory = script.file.parent().unwrap_or(Path::new("/")).to_owned();
            match builder.protocol {
                Protocol::Cgi if script.is_program() && !is_chosen(builder) => {
                    Ok(program(path, None, builder))
                }
                _ => run_by_language(script, directory, builder),
            }
        }
    }
}

/// The command, its first word looked for on the search path.
pub(super) fn command(words: &[OsString], builder: &Builder) -> Result<Target, Error> {
    let Some(first) = words.first() else { return Err(nothing_to_serve()) };
    let program = candidates(first, &search_path()).next().ok_or_else(|| missing_program(first))?;
    let shown: Vec<_> = words.iter().map(|word| printable(word)).collect();
    Ok(Target {
        name: shown.join(" "),
        file: None,
        language: None,
        program,
        words: words.iter().chain(&builder.arguments).cloned().collect(),
        before_arguments: words.len(),
        compiled: None,
        variables: Vec::new(),
        directory: current_directory()?,
        folders: Vec::new(),
        notes: Vec::new(),
    })
}

/// The code, as a file of the named language in a private folder.
pub(super) fn code(code: &str, builder: &Builder) -> Result<Target, Error> {
    let language = named(builder.language.as_deref().ok_or_else(undetected)?)?;
    let inline = inline::write(code, language)?;
    let shebang = Shebang::read(&inline.file).ok().flatten();
    let script = Script { file: inline.file, language, shebang };
    let mut target = run_by_language(script, current_directory()?, builder)?;
    target.folders.push(inline.folder);
    Ok(target)
}

/// That folder, absolute.
pub(super) fn folder(path: &Path) -> Result<PathBuf, Error> {
    let path = absolute_path(path);
    match path.is_dir() {
        true => Ok(path),
        false => Err(Error::new(ErrorKind::InvalidSetting, format!("there is no folder {}", path.display()))
            .remedy("processes need a folder to work in")),
    }
}

/// The error of a service that was given nothing to run.
pub(super) fn nothing_to_serve() -> Error {
    let remedy = "name a file, a program on the PATH, or code with --eval and its --language";
    Error::new(ErrorKind::NothingToServe, "there is nothing to serve").remedy(remedy)
}

impl Target {
    /// Makes a CGI program of it: gives it the variables that no request changes.
    ///
    /// # Errors
    /// When its name says that it writes whole HTTP responses.
    pub(super) fn speak_cgi(&mut self) -> Result<(), Error> {
        let called = self.file.as_deref().unwrap_or(&self.program).file_name().unwrap_or_default();
        if called.as_encoded_bytes().starts_with(b"nph-") {
            let message = format!("{} writes the status line and the framing itself", printable(called));
            let remedy =
                "these are the server's: give it a name without nph-, and let it begin with CGI's fields";
            return Err(Error::new(ErrorKind::NotServable, message).remedy(remedy));
        }
        // php-cgi refuses to run where no server seems to have checked the address.
        self.variables.push(("REDIRECT_STATUS".into(), "200".into()));
        if let Some(file) = &self.file {
            self.variables.push(("SCRIPT_FILENAME".into(), file.into()));
        }
        Ok(())
    }
}

/// A script with what is known of it.
#[derive(Debug)]
struct Script {
    file: PathBuf,
    language: &'static Language,
    shebang: Option<Shebang>,
}

impl Script {
    /// Whether the kernel can run it as well.
    fn is_program(&self) -> bool {
        self.shebang.is_some() && is_executable(&self.file)
    }
}

/// Whether somebody said what the script is to be run by.
fn is_chosen(builder: &Builder) -> bool {
    builder.language.is_some() || builder.interpreter.is_some()
}

fn program(path: &Path, note: Option<String>, builder: &Builder) -> Target {
    let program = absolute_path(path);
    Target {
        name: printable(path.as_os_str()),
        directory: program.parent().unwrap_or(Path::new("/")).to_owned(),
        words: [program.clone().into_os_string()]
            .into_iter()
            .chain(builder.arguments.iter().cloned())
            .collect(),
        before_arguments: 1,
        compiled: None,
        variables: Vec::new(),
        file: Some(program.clone()),
        language: None,
        program,
        folders: Vec::new(),
        notes: note.into_iter().collect(),
    }
}

fn run_by_language(script: Script, directory: PathBuf, builder: &Builder) -> Result<Target, Error> {
    match builder.protocol {
        Protocol::Stack => bridged(script, directory, builder),
        Protocol::Cgi => bare(script, directory, builder),
    }
}

/// The script given to its interpreter alone, without the bridge.
fn bare(script: Script, directory: PathBuf, builder: &Builder) -> Result<Target, Error> {
    let language = script.language;
    if language.compiler.as_ref().is_some_and(Compiler::takes_script) {
        let file = script.file.file_name().unwrap_or_default().display();
        let message = format!("{file} is {}, which is built for the server's own contract", language.name);
        return Err(Error::new(ErrorKind::NotServable, message)
            .remedy("build it yourself and serve the program, or leave out --cgi"));
    }
    let search_path = search_path();
    let mut names = language.interpreters.iter().map(|name| OsString::from(format!("{name}-cgi")));
    // What has a program of its own for CGI, as PHP has, prints no header block by the other.
    let own = names.find_map(|name| candidates(&name, &search_path).next());
    let chosen = builder.interpreter.as_deref().or(own.as_deref());
    let interpreter = interpreter(&script, chosen).ok_or_else(|| missing_interpreter(&script, builder))?;
    let mut words = vec![interpreter.program.clone().into_os_string()];
    words.extend(interpreter.flags);
    words.push(script.file.clone().into_os_string());
    let before_arguments = words.len();
    words.extend(builder.arguments.iter().cloned());
    Ok(Target {
        name: language.name.to_owned(),
        file: Some(script.file),
        language: None,
        program: interpreter.program,
        words,
        before_arguments,
        compiled: None,
        variables: interpreter.variables,
        directory,
        folders: Vec::new(),
        notes: Vec::new(),
    })
}

fn interpreter(script: &Script, chosen: Option<&Path>) -> Option<Interpreter> {
    let search = Search {
        language: script.language,
        chosen,
        script: Some(&script.file),
        shebang: script.shebang.as_ref(),
        search_path: &search_path(),
    };
    search.find()
}

fn bridged(script: Script, directory: PathBuf, builder: &Builder) -> Result<Target, Error> {
    let language = script.language;
    let chosen = builder.interpreter.as_deref();
    let interpreter = interpreter(&script, chosen).ok_or_else(|| missing_interpreter(&script, builder))?;
    let bridge = language.bridge.as_ref().map(|bridge| bridges::place(language.name, bridge)).transpose()?;
    let entry = bridge.as_ref().map(|bridge| bridge.entry.as_path());
    let mut words = words_before_arguments(language, &interpreter, entry, &script.file);
    let before_arguments = words.len();
    words.extend(builder.arguments.iter().cloned());
    let compiled = entry.and_then(|entry| compiled::compilers(language, &interpreter.program, entry));
    Ok(Target {
        name: language.name.to_owned(),
        file: Some(script.file),
        language: Some(language),
        program: interpreter.program,
        words,
        before_arguments,
        compiled,
        variables: interpreter.variables,
        directory,
        folders: bridge.and_then(|bridge| bridge.folder).into_iter().collect(),
        notes: Vec::new(),
    })
}

/// The interpreter's name and its words, as the table has them.
fn words_before_arguments(
    language: &Language,
    interpreter: &Interpreter,
    bridge: Option<&Path>,
    script: &Path,
) -> Vec<OsString> {
    let file = fs::canonicalize(&interpreter.program).unwrap_or_default();
    let file = file.file_name().unwrap_or_default().as_encoded_bytes();
    let own = language.arguments_of.iter().filter(|(name, _)| file.starts_with(name.as_bytes()));
    let mut words = vec![interpreter.program.clone().into_os_string()];
    words.extend(own.flat_map(|(_, words)| words.iter().map(OsString::from)));
    let bridge = bridge.unwrap_or(Path::new("")).as_os_str();
    let places = [("{bridge}", bridge), ("{script}", script.as_os_str())];
    for &word in language.command {
        if word == "{flags}" {
            // One that is there anyway, as in `#!/usr/bin/awk -f`, is not said twice.
            let is_new = |flag: &&OsString| !language.command.iter().any(|word| *flag == word);
            words.extend(interpreter.flags.iter().filter(is_new).cloned());
        } else {
            words.push(fill(word, &places));
        }
    }
    words
}

fn check_regular(path: &Path) -> Result<(), Error> {
    let shown = path.display();
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            Error::new(ErrorKind::MissingFile, format!("there is no file {shown}"))
        }
        _ => Error::system(format!("cannot read {shown}"), error),
    })?;
    if metadata.is_dir() {
        let error = Error::new(ErrorKind::NotServable, format!("{shown} is a folder"));
        return Err(error.remedy("name a file in it"));
    }
    match metadata.is_file() {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::NotServable, format!("{shown} is no regular file"))),
    }
}

fn missing_interpreter(script: &Script, builder: &Builder) -> Error {
    if let Some(chosen) = &builder.interpreter {
        let message = format!("there is no interpreter {}", chosen.display());
        return Error::new(ErrorKind::MissingInterpreter, message).remedy("name another with --interpreter");
    }
    let language = script.language;
    let file = script.file.file_name().unwrap_or_default().display();
    let interpreter = language.interpreters.first().copied().unwrap_or(language.name);
    let message = format!("{file} needs {interpreter}, and there is none here");
    let remedy = format!("install the package {}, or name one with --interpreter", language.package);
    Error::new(ErrorKind::MissingInterpreter, message).remedy(remedy)
}

fn missing_program(word: &OsStr) -> Error {
    let shown = word.display();
    if !has_slash(word) {
        let message = format!("there is no file {shown} here, and no program of that name on the PATH");
        return Error::new(ErrorKind::MissingProgram, message);
    }
    match check_regular(Path::new(word)) {
        Err(error) => error,
        Ok(()) => Error::new(ErrorKind::NotServable, format!("{shown} may not be executed"))
            .remedy(format!("chmod +x {shown}")),
    }
}

fn current_directory() -> Result<PathBuf, Error> {
    env::current_dir().map_err(|error| Error::system("cannot tell the current folder", error))
}

/// The word as a part of a name, since names stand in lines that others read.
fn printable(word: &OsStr) -> String {
    Printable(&word.to_string_lossy()).to_string()
}
