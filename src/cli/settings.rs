//! The flags of a service in the terms of `stack.toml`, so that both are understood in one place.

use std::path::{Path, PathBuf};

use crate::{
    cli::args::{LimitFlags, ServiceFlags},
    config::{Protocol, Service, Size, Time, Warm},
    error::{Error, ErrorKind},
};

/// What was typed, with its paths made absolute: they begin at the current folder and not at that of a file.
///
/// # Errors
/// When an `--env` sets nothing.
pub(super) fn service_settings(
    flags: &ServiceFlags,
    limits: &LimitFlags,
    warm: Option<Warm>,
) -> Result<Service, Error> {
    let variables = flags.env.iter().map(|variable| {
        let (name, value) = variable.split_once('=').ok_or_else(|| no_variable(variable))?;
        // What a shell has left of a dollar is meant as it stands.
        Ok((name.to_owned(), value.replace('$', "$$")))
    });
    let files: Vec<_> = flags.env_file.iter().map(|path| absolute(path)).collect();
    Ok(Service {
        language: flags.language.clone(),
        interpreter: flags.interpreter.as_ref().map(|path| match path.components().count() {
            1 => path.clone(),
            _ => absolute(path),
        }),
        env: variables.collect::<Result<_, Error>>()?,
        env_file: (!files.is_empty()).then_some(files),
        clear_env: flags.clear_env.then_some(true),
        parse: flags.parse.then_some(true).or(flags.raw.then_some(false)),
        document: flags.document.then_some(true),
        content_type: flags.content_type.clone(),
        ok_exit: (!flags.ok_exit.is_empty()).then(|| flags.ok_exit.clone()),
        protocol: flags.cgi.then_some(Protocol::Cgi),
        timeout: limits.timeout.map(Time),
        first_byte_timeout: limits.first_byte_timeout.map(Time),
        idle_timeout: limits.idle_timeout.map(Time),
        kill_grace: limits.kill_grace.map(Time),
        max_body: limits.max_body.map(Size),
        max_upload: limits.max_upload.map(Size),
        warm,
        ..Service::default()
    })
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn no_variable(text: &str) -> Error {
    Error::new(ErrorKind::InvalidSetting, format!("--env {text} sets nothing"))
        .remedy("write --env NAME=VALUE")
}
