//! The command line: what was typed, what it means, and the subcommands. A caller of the library like any other.
//!
//! `words` splits the argument list, `args` holds the flags, `config` decides; then one of `serve`, `pipe`,
//! `languages` and `new` runs. Not part of the public interface.

mod args;
mod check;
mod client;
mod completions;
mod config;
mod definitions;
mod doctor;
mod invoke;
mod languages;
mod listen;
mod log;
mod man;
mod new;
mod once;
mod openapi;
mod pipe;
mod say;
mod serve;
mod settings;
mod settle;
mod signals;
mod streams;
mod words;

use std::{ffi::OsString, process::ExitCode};

use anyhow::Context;
use clap::CommandFactory;

pub use self::log::Log;
use self::{
    args::ServeArguments,
    config::{AccessLog, Job},
    log::Style,
};
use crate::error::{Error, ErrorKind};

/// What this run of the program is to do.
#[derive(Debug)]
pub struct Task(Job);

impl Task {
    /// Reads the argument list, from the program's name.
    ///
    /// # Errors
    ///
    /// When it cannot be understood; [`explain`] has the words for it, and prints help that was asked for.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> anyhow::Result<Self> {
        config::job(arguments.into_iter().skip(1)).map(Self)
    }

    /// Starts the guardian, which must be there before any thread is.
    ///
    /// # Errors
    ///
    /// When the system has no room for one more process.
    pub fn guard(&self) -> anyhow::Result<()> {
        match self.0 {
            Job::Say(_)
            | Job::New(_)
            | Job::Init(_)
            | Job::Openapi(_)
            | Job::Completions(_)
            | Job::Man(_) => Ok(()),
            // It says itself what is refused.
            Job::Doctor(_) => {
                let _ = crate::process::guard();
                Ok(())
            }
            _ => crate::process::guard().context("cannot start the process that guards the others"),
        }
    }

    /// Makes the program log to standard error.
    ///
    /// # Errors
    ///
    /// When the system refuses a thread.
    pub fn log(&self) -> anyhow::Result<Log> {
        let style = match &self.0 {
            Job::Serve(serve) if serve.access_log == AccessLog::Silenced => Style::QuietServer,
            Job::Serve(_) => Style::Server,
            _ => Style::Filter,
        };
        Log::start(style).context("cannot start the log")
    }

    /// Does it.
    ///
    /// # Errors
    ///
    /// When the service cannot be made or the server cannot listen.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.0 {
            Job::Serve(serve) => serve::serve(*serve).await,
            Job::Pipe(pipe) => pipe::pipe(*pipe).await,
            Job::Languages(arguments) => Ok(languages::languages(&arguments)?),
            Job::New(arguments) => Ok(new::new(&arguments)?),
            Job::Init(arguments) => Ok(new::init(&arguments)?),
            Job::Invoke(invoke) => invoke::invoke(*invoke).await,
            Job::Check(arguments) => check::check(&arguments),
            Job::Openapi(arguments) => Ok(openapi::openapi(&arguments)?),
            Job::Doctor(arguments) => doctor::doctor(&arguments).await,
            Job::Completions(arguments) => Ok(completions::completions(&arguments)?),
            Job::Man(arguments) => Ok(man::man(&arguments)?),
            Job::Say(words) => {
                say::out(&words);
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// Says why the program ends, and gives its exit code: 1 when it cannot serve, 2 when what was typed is wrong.
#[must_use]
pub fn explain(error: &anyhow::Error) -> ExitCode {
    if let Some(error) = error.downcast_ref::<clap::Error>() {
        // Help that was asked for is such an error too. That nobody reads it is none.
        let _ = error.print();
        return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
    }
    say::failed(error);
    let kind = error.downcast_ref::<Error>().map(Error::kind);
    if kind == Some(ErrorKind::NothingToServe) {
        say::text(&format!("\n{}", ServeArguments::command().render_usage()));
    }
    ExitCode::from(exit_code(kind))
}

fn exit_code(kind: Option<ErrorKind>) -> u8 {
    match kind {
        Some(
            ErrorKind::MissingFile
            | ErrorKind::MissingProgram
            | ErrorKind::NotServable
            | ErrorKind::UnknownLanguage
            | ErrorKind::NothingToServe
            | ErrorKind::InvalidSetting,
        ) => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::exit_code;
    use crate::error::ErrorKind;

    #[test]
    fn row_12_row_25_exit_codes_tell_what_was_typed_from_what_is_missing() {
        assert_eq!(exit_code(Some(ErrorKind::MissingFile)), 2);
        assert_eq!(exit_code(Some(ErrorKind::MissingInterpreter)), 1);
        assert_eq!(exit_code(None), 1);
    }
}
