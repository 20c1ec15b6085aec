//! `stack invoke`: whom its one request goes to.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

use super::{Once, builder, engine, with_settings};
use crate::{
    cli::{
        args::{InvokeArguments, RequestFlags, read},
        client::Url,
        invoke::Patience,
        settings::service_settings,
        words::{Target, Words, has_slash},
    },
    config,
    error::{Error, ErrorKind},
    find::{Builder, Place, site},
    service::Errors,
};

/// One request.
#[derive(Debug)]
pub(in crate::cli) struct Invoke {
    pub(in crate::cli) to: Destination,
    pub(in crate::cli) request: RequestFlags,
}

/// Who answers it.
#[derive(Debug)]
pub(in crate::cli) enum Destination {
    Service(Box<Once>),
    Url(Url, Patience),
}

pub(super) fn invoke(words: Words) -> anyhow::Result<Invoke> {
    let flags: InvokeArguments = read(words.options)?;
    if let Target::File { path, words } = &words.target
        && let Some(text) = path.to_str().filter(|word| Url::is_meant(word))
    {
        return Ok(Invoke { to: remote(text, words, &flags)?, request: flags.request });
    }
    let engine = engine(&flags.limits);
    let service = match words.target {
        Target::File { path, words } if is_name(&path) && flags.service.eval.is_none() => {
            let settings = service_settings(&flags.service, &flags.limits, None)?;
            with_settings(named(&path)?.arguments(words), settings)?
        }
        target => builder(flags.service, &flags.limits, target)?,
    };
    // Whoever runs a service reads its standard error anyway.
    let builder = service.errors(Errors::Show);
    Ok(Invoke { to: Destination::Service(Box::new(Once { builder, engine })), request: flags.request })
}

fn remote(text: &str, words: &[OsString], flags: &InvokeArguments) -> Result<Destination, Error> {
    let refused = |what: &str, remedy: &str| {
        Err(Error::new(ErrorKind::InvalidSetting, format!("{what} cannot go to {text}")).remedy(remedy))
    };
    if !words.is_empty() {
        return refused("words of a script", "leave out what stands after --");
    }
    if flags.service.eval.is_some() {
        return refused("the code of --eval", "leave one of them out");
    }
    if flags.request.path.is_some() {
        return refused("a --path of its own", "write the path into the URL");
    }
    Ok(Destination::Url(Url::parse(text)?, Patience::of(&flags.limits)))
}

/// Whether the word is neither a file nor meant as one.
fn is_name(word: &OsStr) -> bool {
    !has_slash(word) && Path::new(word).symlink_metadata().is_err()
}

/// The service of that name, or under that route, in this folder.
fn named(name: &OsStr) -> Result<Builder, Error> {
    let here = match site(Path::new("."), &config::Service::default(), None) {
        // A folder that has one means its names.
        Err(error) if Path::new("stack.toml").exists() => return Err(error),
        here => here,
    };
    let (text, route) = (name.to_str(), name.to_str().map(|name| format!("/{name}")));
    let is_named = |place: &&Place| {
        let pattern = place.pattern.as_ref().map(ToString::to_string);
        Some(place.name.as_str()) == text || (pattern.is_some() && pattern == route)
    };
    if let Some(place) = here.iter().flat_map(|site| &site.places).find(is_named) {
        return place.builder();
    }
    let name = name.display();
    let message = format!("there is no service {name} in this folder, and no file of that name");
    let remedy =
        format!("name a file as in ./{name}, or a program on the PATH as in: stack invoke -- {name}");
    Err(Error::new(ErrorKind::MissingFile, message).remedy(remedy))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{Destination, invoke, is_name};
    use crate::{
        cli::{config::grammar, words::split},
        error::Error,
        service::Errors,
    };

    fn destination(typed: &[&str]) -> anyhow::Result<Destination> {
        let typed = ["invoke"].iter().chain(typed).map(OsString::from);
        Ok(invoke(split(typed, grammar, |_| false)?)?.to)
    }

    fn refusal(typed: &[&str]) -> Error {
        destination(typed).unwrap_err().downcast().unwrap()
    }

    #[test]
    fn the_word_tells_who_answers() {
        assert!(matches!(destination(&["http://a.example/x", "-t", "1s"]).unwrap(), Destination::Url(..)));
        assert!(matches!(destination(&["./http://a"]).unwrap(), Destination::Service(_)));
        let Destination::Service(program) = destination(&["--", "true", "-x"]).unwrap() else { panic!() };
        let spec = program.builder.build().unwrap().spec().clone();
        assert_eq!((spec.name.as_str(), spec.errors), ("true -x", Errors::Show));
        assert!(refusal(&["no-such-service"]).is_missing_file());
        assert!(is_name("src-not-here".as_ref()) && !is_name("src".as_ref()) && !is_name("./x".as_ref()));
    }

    #[test]
    fn a_url_has_no_words_code_or_second_path() {
        let url = "https://a.example/";
        for typed in [&[url, "--", "x"][..], &[url, "-e", "echo"], &[url, "--path", "/x"], &["http://"]] {
            assert!(refusal(typed).is_invalid_setting(), "{typed:?}");
        }
    }
}
