//! What was typed and what it means: from words, flags and surroundings to one task with everything decided.

use std::{
    env,
    ffi::{OsStr, OsString},
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    process,
    time::Duration,
};

use clap::CommandFactory;

use crate::{
    cli::{
        args::{
            Errors, InitArguments, LanguagesArguments, LimitFlags, NewArguments, PipeArguments,
            ServeArguments, ServerFlags, ServiceFlags, read,
        },
        listen::Listen,
        words::{Grammar, Subcommand, Target, Words, split},
    },
    error::{Error, ErrorKind},
    find::Builder,
    service::{self, Service},
};

/// What this run of the program does.
#[derive(Debug)]
pub(super) enum Job {
    Serve(Box<Serve>),
    Pipe(Box<Pipe>),
    Languages(LanguagesArguments),
    New(NewArguments),
    Init(InitArguments),
    /// Prints these words.
    Say(String),
}

/// A service and the server before it.
#[derive(Debug)]
pub(super) struct Serve {
    pub(super) builder: Builder,
    pub(super) listen: Listen,
    pub(super) engine: Engine,
    pub(super) drain: Duration,
    /// The folder whose changes matter, with `--watch`.
    pub(super) watched: Option<PathBuf>,
    pub(super) access_log: AccessLog,
    pub(super) surroundings: Surroundings,
}

/// A service that runs once.
#[derive(Debug)]
pub(super) struct Pipe {
    pub(super) builder: Builder,
    pub(super) engine: Engine,
}

/// What all requests share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Engine {
    pub(super) max_processes: usize,
    pub(super) queue: usize,
    pub(super) queue_timeout: Duration,
    pub(super) max_buffered: usize,
    pub(super) temp_dir: Option<PathBuf>,
}

/// Whether there is a line for every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccessLog {
    Written,
    Silenced,
}

/// Where the program was started.
#[derive(Clone, Debug, Default)]
pub(super) struct Surroundings {
    /// The environment variable `PORT`.
    pub(super) port: Option<OsString>,
    pub(super) is_terminal: bool,
    /// Whether this is process 1 of a container.
    pub(super) is_init: bool,
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
    let grammar = Grammar::of(ServeArguments::command());
    let words = split(words, &grammar, |word| Path::new(word).symlink_metadata().is_ok())?;
    Ok(match words.subcommand {
        None => Job::Serve(Box::new(serve(words, Surroundings::look())?)),
        Some(Subcommand::Pipe) => Job::Pipe(Box::new(pipe(words)?)),
        Some(Subcommand::Languages) => Job::Languages(read(words.options)?),
        Some(Subcommand::New) => Job::New(read(words.options)?),
        Some(Subcommand::Init) => Job::Init(read(words.options)?),
        Some(Subcommand::Version) => Job::Say(format!("stack {}", env!("CARGO_PKG_VERSION"))),
        Some(Subcommand::Help) => Job::Say(help(&words.options)),
    })
}

fn help(about: &[OsString]) -> String {
    let mut command = match about.first().and_then(|word| word.to_str()) {
        Some("pipe") => PipeArguments::command(),
        Some("languages") => LanguagesArguments::command(),
        Some("new") => NewArguments::command(),
        Some("init") => InitArguments::command(),
        _ => ServeArguments::command(),
    };
    command.render_help().to_string().trim_end().to_owned()
}

fn serve(words: Words, surroundings: Surroundings) -> anyhow::Result<Serve> {
    let flags: ServeArguments = read(words.options)?;
    let (server, output) = (&flags.server, &flags.output);
    let listen = Listen::decide(server.host.as_deref(), server.port, surroundings.port.as_deref())?;
    let watching = server.watch == Some(true);
    let worked_on = watching || surroundings.is_terminal;
    let engine = engine(&flags.limits, server);
    let watched = watched(&words.target).filter(|_| watching);
    let mut builder = with_limits(builder(flags.service, words.target)?, &flags.limits);
    builder = builder.errors(match output.errors {
        Errors::Show => service::Errors::Show,
        Errors::Auto if worked_on && listen.is_loopback() => service::Errors::ShowLocal,
        Errors::Auto | Errors::Hide => service::Errors::Hide,
    });
    if worked_on {
        builder = builder.buffering_hint();
    }
    if server.half_close {
        builder = builder.half_close();
    }
    let access_log = if output.quiet { AccessLog::Silenced } else { AccessLog::Written };
    Ok(Serve { builder, listen, engine, drain: server.drain_timeout, watched, access_log, surroundings })
}

fn pipe(words: Words) -> anyhow::Result<Pipe> {
    let flags: PipeArguments = read(words.options)?;
    let defaults: ServeArguments = read(Vec::new())?;
    let engine = engine(&flags.limits, &defaults.server);
    Ok(Pipe { builder: with_limits(builder(flags.service, words.target)?, &flags.limits), engine })
}

fn engine(limits: &LimitFlags, server: &ServerFlags) -> Engine {
    Engine {
        max_processes: server.max_processes,
        queue: server.queue,
        queue_timeout: server.queue_timeout,
        max_buffered: bytes(limits.max_buffered),
        temp_dir: limits.temp_dir.clone(),
    }
}

/// The folder that a change must be below to matter.
fn watched(target: &Target) -> Option<PathBuf> {
    match target {
        Target::File { path, .. } => std::path::absolute(path).ok()?.parent().map(Path::to_owned),
        Target::None | Target::Program(_) | Target::After(_) => None,
    }
}

fn builder(flags: ServiceFlags, target: Target) -> Result<Builder, Error> {
    let builder = with_source(Service::builder(), flags.eval, target)?;
    let mut builder = builder.ok_exit(flags.ok_exit.into_iter().map(i32::from));
    if let Some(language) = flags.language {
        builder = builder.language(language);
    }
    if let Some(interpreter) = flags.interpreter {
        builder = builder.interpreter(interpreter);
    }
    if let Some(content_type) = flags.content_type {
        builder = builder.content_type(content_type);
    }
    if flags.clear_env {
        builder = builder.clear_env();
    }
    if flags.parse {
        builder = builder.parse();
    }
    if flags.raw {
        builder = builder.raw();
    }
    if flags.document {
        builder = builder.document();
    }
    builder = flags.env_file.into_iter().fold(builder, Builder::env_file);
    flags.env.into_iter().try_fold(builder, |builder, variable| {
        let (name, value) = variable.split_once('=').ok_or_else(|| no_variable(&variable))?;
        Ok(builder.env(name, value))
    })
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

fn with_limits(builder: Builder, limits: &LimitFlags) -> Builder {
    let or_none = |limit: Duration| (!limit.is_zero()).then_some(limit);
    let caps = builder.max_body(bytes(limits.max_body)).max_upload(limits.max_upload);
    let mut builder = caps.kill_grace(limits.kill_grace);
    if let Some(limit) = limits.timeout {
        builder = builder.timeout(or_none(limit));
    }
    if let Some(limit) = limits.first_byte_timeout {
        builder = builder.first_byte_timeout(or_none(limit));
    }
    if let Some(limit) = limits.idle_timeout {
        builder = builder.idle_timeout(or_none(limit));
    }
    builder
}

fn bytes(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

fn two_services(other: &OsStr) -> Error {
    let message = format!("--eval serves its code, so {} cannot be served too", other.display());
    Error::new(ErrorKind::InvalidSetting, message).remedy("leave one of them out")
}

fn no_variable(text: &str) -> Error {
    Error::new(ErrorKind::InvalidSetting, format!("--env {text} sets nothing"))
        .remedy("write --env NAME=VALUE")
}

#[cfg(test)]
mod tests;
