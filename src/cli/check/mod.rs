//! `stack check [FOLDER|FILE]`: what would be served, and why so. Nothing is served, and no source is built.

mod explain;

use std::{convert::identity, path::Path, process::ExitCode};

use serde_json::{Value, json};

use crate::{
    cli::{
        args::{CheckArguments, read},
        say,
        settings::service_settings,
        settle::{Settled, Surroundings},
    },
    config,
    error::{Error, ErrorKind},
    find::{Place, Site, lone, site},
    pattern::Pattern,
    service::Printable,
};

/// One line of the list.
#[derive(Debug)]
struct Listed {
    methods: Vec<String>,
    route: Option<String>,
    name: String,
    /// The language, or the command.
    program: Option<String>,
    source: String,
    notes: Vec<String>,
}

/// Reads what is there, and prints the routes or the one service that was asked for.
pub(super) fn check(arguments: &CheckArguments) -> anyhow::Result<ExitCode> {
    if arguments.service.eval.is_some() {
        let error = Error::new(ErrorKind::InvalidSetting, "--eval is no folder and no file");
        return Err(error.remedy("leave it out: stack check reads what stands on the disk").into());
    }
    let flags = service_settings(&arguments.service, &arguments.limits, None)?;
    let site = target(&arguments.target, &flags)?;
    Settled::of(&config::Server::default(), &site.server, &site.root, &Surroundings::default())?;
    if let Some(name) = &arguments.explain {
        let from_environment: CheckArguments = read(Vec::new())?;
        let from_environment = service_settings(&from_environment.service, &from_environment.limits, None)?;
        let place = named(&site, name)?;
        let explained = explain::Explained { place, explanation: site.explain(place)?, from_environment };
        match arguments.json {
            true => say::out(&format!("{:#}", explained.in_json())),
            false => lines(&explained.in_text()),
        }
        return Ok(ExitCode::SUCCESS);
    }
    let listed = site.places.iter().map(listed).collect::<Result<Vec<_>, _>>()?;
    match arguments.json {
        true => say::out(&format!("{:#}", in_json(&site, &listed))),
        false => lines(&in_text(&site, &listed)),
    }
    Ok(ExitCode::SUCCESS)
}

/// The folder or file; a `stack.toml` stands for its folder.
pub(in crate::cli) fn target(path: &Path, flags: &config::Service) -> Result<Site, Error> {
    if path.is_dir() {
        return not_empty(site(path, flags, None)?);
    }
    if path.file_name().is_some_and(|name| name == "stack.toml") && path.is_file() {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        return not_empty(site(folder.unwrap_or(Path::new(".")), flags, None)?);
    }
    if !path.exists() {
        let message = format!("there is no folder or file {}", path.display());
        return Err(Error::new(ErrorKind::MissingFile, message));
    }
    lone(path, flags)
}

fn not_empty(site: Site) -> Result<Site, Error> {
    if !site.places.is_empty() {
        return Ok(site);
    }
    let told: String = site.notes.iter().map(|note| format!("; {note}")).collect();
    let message = format!("there is no service in {}{told}", site.root.display());
    Err(Error::new(ErrorKind::NotServable, message).remedy("put a script there, as stack new does"))
}

fn listed(place: &Place) -> Result<Listed, Error> {
    let mut notes = Vec::new();
    let program = match place.service(identity) {
        Ok(service) => {
            notes.extend_from_slice(service.notes());
            Some(service.name().to_owned())
        }
        Err(error) if error.is_missing() => {
            notes.push(format!("{error}; until then it answers 502"));
            None
        }
        Err(error) => return Err(error),
    };
    for gate in &place.gates {
        match gate.service(identity) {
            Ok(_) => {}
            Err(error) if error.is_missing() => notes.push(format!("{} before it: {error}", gate.source)),
            Err(error) => return Err(error),
        }
    }
    let settings = place.settings.effective();
    Ok(Listed {
        methods: settings.methods.unwrap_or_default(),
        route: place.pattern.as_ref().map(Pattern::to_string),
        name: place.name.clone(),
        program: program.or(settings.language),
        source: place.source.clone(),
        notes,
    })
}

/// The service of that name or route.
fn named<'a>(site: &'a Site, name: &str) -> Result<&'a Place, Error> {
    let route = |place: &Place| place.pattern.as_ref().map(Pattern::to_string);
    let found = site.places.iter().find(|place| place.name == name || route(place).as_deref() == Some(name));
    // A lone service is the one that can be meant.
    let lone = site.places.first().filter(|place| site.places.len() == 1 && place.pattern.is_none());
    found.or(lone).ok_or_else(|| {
        let names: Vec<_> = site.places.iter().map(|place| place.name.as_str()).collect();
        Error::new(ErrorKind::InvalidSetting, format!("there is no service {name:?}"))
            .remedy(format!("the services are {}", names.join(", ")))
    })
}

fn in_json(site: &Site, listed: &[Listed]) -> Value {
    let routes = listed.iter().map(|listed| {
        json!({
            "name": listed.name,
            "route": listed.route,
            "methods": listed.methods,
            "program": listed.program,
            "source": listed.source,
            "notes": listed.notes,
        })
    });
    json!({
        "name": site.name,
        "root": site.root.to_string_lossy(),
        "routes": routes.collect::<Value>(),
        "notes": site.notes,
    })
}

fn in_text(site: &Site, listed: &[Listed]) -> String {
    let methods = |listed: &Listed| match listed.methods.as_slice() {
        [] => "all methods".to_owned(),
        methods => methods.join(" "),
    };
    let route = |listed: &Listed| listed.route.clone().unwrap_or_else(|| "every path".to_owned());
    let program = |listed: &Listed| listed.program.clone().unwrap_or_else(|| "missing".to_owned());
    let width = |of: &dyn Fn(&Listed) -> String| {
        listed.iter().map(|listed| of(listed).chars().count()).max().unwrap_or_default()
    };
    let widths = (width(&methods), width(&route), width(&program));
    let mut lines = Vec::new();
    for one in listed {
        let (first, second, third) = (methods(one), route(one), program(one));
        lines.push(format!(
            "{first:<a$}  {second:<b$}  {third:<c$}  {source}",
            a = widths.0,
            b = widths.1,
            c = widths.2,
            source = one.source
        ));
        lines.extend(one.notes.iter().map(|note| format!("  note: {note}")));
    }
    lines.extend(site.notes.iter().map(|note| format!("note: {note}")));
    lines.join("\n")
}

/// Prints the lines, whatever names of files have in them.
fn lines(text: &str) {
    text.lines().for_each(|line| say::out(&Printable(line).to_string()));
}
