//! What was typed and what it means: from words, flags and surroundings to one task with everything decided.

mod invoke;

use std::{
    env,
    ffi::{OsStr, OsString},
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    process,
};

use clap::CommandFactory;

use self::invoke::invoke;
pub(super) use self::invoke::{Destination, Invoke};
use crate::{
    cli::{
        args::{
            CheckArguments, CompletionsArguments, DoctorArguments, InitArguments, InvokeArguments,
            LanguagesArguments, LimitFlags, ManArguments, NewArguments, OpenapiArguments, PipeArguments,
            ServeArguments, ServiceFlags, read,
        },
        definitions,
        settings::service_settings,
        settle::{Engine, Surroundings, server_settings},
        words::{Grammar, Subcommand, Target, Words, split},
    },
    config::{self, Size},
    error::{Error, ErrorKind},
    find::{Builder, configured},
    service::Service,
};

/// What this run of the program does.
#[derive(Debug)]
pub(super) enum Job {
    Serve(Box<Serve>),
    Pipe(Box<Once>),
    Languages(LanguagesArguments),
    New(NewArguments),
    Init(InitArguments),
    Invoke(Box<Invoke>),
    Check(Box<CheckArguments>),
    Openapi(OpenapiArguments),
    Doctor(DoctorArguments),
    Completions(CompletionsArguments),
    Man(ManArguments),
    /// Prints these words.
    Say(String),
}

/// What is served, and the server before it as far as flags say.
#[derive(Debug)]
pub(super) struct Serve {
    pub(super) served: Served,
    /// What the flags say of every service.
    pub(super) services: config::Service,
    pub(super) server: config::Server,
    pub(super) access_log: AccessLog,
    pub(super) surroundings: Surroundings,
}

/// What is served.
#[derive(Debug)]
pub(super) enum Served {
    /// One service, which answers every path; with the folder of its script.
    Lone(Box<Builder>, Option<PathBuf>),
    /// The services of a folder.
    Folder(PathBuf),
}

/// A service that runs once.
#[derive(Debug)]
pub(super) struct Once {
    pub(super) builder: Builder,
    pub(super) engine: Engine,
}

/// Whether there is a line for every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccessLog {
    Written,
    Silenced,
}

impl Surroundings {
    fn look() -> Self {
        Self {
            port: env::var_os("PORT"),
            is_terminal: io::stderr().is_terminal(),
            is_init: process::id() == 1,
        }
    }
}

/// Reads the words that stand after the program's name.
pub(super) fn job(words: impl IntoIterator<Item = OsString>) -> anyhow::Result<Job> {
    let words = split(words, grammar, |word| Path::new(word).symlink_metadata().is_ok())?;
    Ok(match words.subcommand {
        None => Job::Serve(Box::new(serve(words, Surroundings::look())?)),
        Some(Subcommand::Pipe) => Job::Pipe(Box::new(pipe(words)?)),
        Some(Subcommand::Languages) => Job::Languages(read(words.options)?),
        Some(Subcommand::New) => Job::New(read(words.options)?),
        Some(Subcommand::Init) => Job::Init(read(words.options)?),
        Some(Subcommand::Invoke) => Job::Invoke(Box::new(invoke(words)?)),
        Some(Subcommand::Check) => Job::Check(Box::new(read(words.options)?)),
        Some(Subcommand::Openapi) => Job::Openapi(read(words.options)?),
        Some(Subcommand::Doctor) => Job::Doctor(read(words.options)?),
        Some(Subcommand::Completions) => Job::Completions(read(words.options)?),
        Some(Subcommand::Man) => Job::Man(read(words.options)?),
        Some(Subcommand::Version) => Job::Say(format!("stack {}", env!("CARGO_PKG_VERSION"))),
        Some(Subcommand::Help) => Job::Say(help(&words.options)),
    })
}

/// The options of a subcommand that has a target, and those that stand before any.
pub(super) fn grammar(subcommand: Option<Subcommand>) -> Grammar {
    let command = match subcommand {
        Some(Subcommand::Pipe) => PipeArguments::command(),
        Some(Subcommand::Invoke) => InvokeArguments::command(),
        _ => ServeArguments::command(),
    };
    Grammar::of(command)
}

fn help(about: &[OsString]) -> String {
    let mut command = definitions::command(about.first().and_then(|word| word.to_str()));
    command.render_help().to_string().trim_end().to_owned()
}

fn serve(words: Words, surroundings: Surroundings) -> anyhow::Result<Serve> {
    let mut flags: ServeArguments = read(words.options)?;
    let services = service_settings(&flags.service, &flags.limits, flags.server.warm())?;
    let server = server_settings(&flags.server, &flags.limits, &flags.output);
    let access_log = if flags.output.quiet { AccessLog::Silenced } else { AccessLog::Written };
    let served = match (&words.target, &flags.service.eval) {
        (Target::File { path, words }, None) if Path::new(path).is_dir() => {
            no_words(path, words)?;
            Served::Folder(path.into())
        }
        _ => {
            let folder = script_folder(&words.target);
            let builder = with_source(Service::builder(), flags.service.eval.take(), words.target)?;
            Served::Lone(Box::new(with_settings(builder, services.clone())?), folder)
        }
    };
    Ok(Serve { served, services, server, access_log, surroundings })
}

fn pipe(words: Words) -> anyhow::Result<Once> {
    let flags: PipeArguments = read(words.options)?;
    Ok(Once { builder: builder(flags.service, &flags.limits, words.target)?, engine: engine(&flags.limits) })
}

/// The bounds of a service that runs once.
fn engine(limits: &LimitFlags) -> Engine {
    let server = config::Server {
        max_buffered: limits.max_buffered.map(Size),
        temp_dir: limits.temp_dir.clone(),
        ..config::Server::default()
    };
    Engine::of(&server, &config::Server::default(), Path::new(""))
}

/// The folder that a change must be below to matter.
fn script_folder(target: &Target) -> Option<PathBuf> {
    match target {
        Target::File { path, .. } => std::path::absolute(path).ok()?.parent().map(Path::to_owned),
        Target::None | Target::Program(_) | Target::After(_) => None,
    }
}

fn builder(mut flags: ServiceFlags, limits: &LimitFlags, target: Target) -> Result<Builder, Error> {
    let builder = with_source(Service::builder(), flags.eval.take(), target)?;
    with_settings(builder, service_settings(&flags, limits, None)?)
}

fn with_settings(builder: Builder, settings: config::Service) -> Result<Builder, Error> {
    let unset = |_| Error::new(ErrorKind::InvalidSetting, "a variable of --env names one that is not set");
    configured(builder, settings, Path::new("")).map_err(unset)
}

fn no_words(folder: &OsStr, words: &[OsString]) -> Result<(), Error> {
    if words.is_empty() {
        return Ok(());
    }
    let message = format!("{} is a folder of services, which take no words", folder.display());
    Err(Error::new(ErrorKind::InvalidSetting, message)
        .remedy("`arguments` in its stack.toml gives a service words"))
}

fn with_source(builder: Builder, code: Option<String>, target: Target) -> Result<Builder, Error> {
    Ok(match (code, target) {
        (Some(code), Target::None) => builder.code(code),
        (Some(code), Target::After(words)) => builder.code(code).arguments(words),
        (Some(_), Target::File { path, .. }) => return Err(two_services(&path)),
        (Some(_), Target::Program(words)) => return Err(two_services(&words.join(OsStr::new(" ")))),
        (None, Target::None) => builder,
        (None, Target::File { path, words }) => builder.file(path).arguments(words),
        (None, Target::Program(words) | Target::After(words)) => builder.command(words),
    })
}

fn two_services(other: &OsStr) -> Error {
    let message = format!("--eval serves its code, so {} cannot be served too", other.display());
    Error::new(ErrorKind::InvalidSetting, message).remedy("leave one of them out")
}

#[cfg(test)]
mod tests;
