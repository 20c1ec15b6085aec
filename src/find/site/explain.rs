//! What a request of a place would get, and where each part of it comes from.

use std::{
    collections::HashMap,
    env,
    fmt::Display,
    fs,
    path::{Path, PathBuf},
};

use indexmap::IndexMap;

use super::{Place, Site};
use crate::{
    config::{Lines, Origin, Service, Size, Time, read},
    error::Error,
    find::{assemble::timeouts, env_file, environment::is_reserved},
    service::{Caps, Start, Strings},
};

/// Everything about one service.
#[derive(Debug)]
pub(crate) struct Explanation {
    /// What was set, and the limits and manners that nobody set.
    pub(crate) settings: Vec<Fact>,
    /// The variables that all its requests share.
    pub(crate) environment: Vec<Fact>,
    /// What is started; or why it cannot be.
    pub(crate) process: Result<Process, Error>,
}

/// One value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) from: Source,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A flag, or its name in the environment.
    Flags,
    /// A place in a file, as in `stack.toml:12`.
    File(String),
    /// Where the service stands.
    Place,
    /// The environment of the server.
    Inherited,
    /// Every service has it: `docs/contract.md`.
    Contract,
    Default,
}

/// What is executed.
#[derive(Debug)]
pub(crate) struct Process {
    /// The interpreter or program, absolute; none of a source that is built first.
    pub(crate) program: Option<String>,
    pub(crate) words: Vec<String>,
    pub(crate) directory: Option<String>,
    pub(crate) notes: Vec<String>,
}

impl Site {
    /// Explains one of its places.
    ///
    /// # Errors
    /// When a file of variables cannot be read.
    pub(crate) fn explain(&self, place: &Place) -> Result<Explanation, Error> {
        let mut explainer = Explainer { site: self, place, files: HashMap::new() };
        Ok(Explanation {
            settings: explainer.settings()?,
            environment: explainer.environment()?,
            process: process(place),
        })
    }
}

struct Explainer<'a> {
    site: &'a Site,
    place: &'a Place,
    /// Where the keys of each file stand.
    files: HashMap<PathBuf, Lines>,
}

impl Explainer<'_> {
    fn settings(&mut self) -> Result<Vec<Fact>, Error> {
        let mut facts = Vec::new();
        for (name, value, origin) in self.place.settings.explained() {
            // Variables are told one by one.
            if name == "env" {
                continue;
            }
            let value = match value {
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            };
            let from = self.source(origin, &name);
            facts.push(Fact { name, value, from });
        }
        let set: Vec<_> = facts.iter().map(|fact| fact.name.clone()).collect();
        let defaults =
            defaults(self.place)?.into_iter().filter(|(name, _)| !set.iter().any(|set| set == name));
        facts.extend(defaults.map(|(name, value)| Fact {
            name: name.to_owned(),
            value,
            from: Source::Default,
        }));
        Ok(facts)
    }

    fn environment(&mut self) -> Result<Vec<Fact>, Error> {
        let settings = self.place.settings.effective();
        let mut variables = IndexMap::new();
        if settings.clear_env != Some(true) {
            for (name, value) in env::vars_os().filter(|(name, _)| !is_reserved(name)) {
                variables.insert(shown(name), (shown(value), Source::Inherited));
            }
        }
        for file in settings.env_file.iter().flatten() {
            let path = self.place.folder.join(file);
            let from = Source::File(self.shown_path(&path));
            for (name, value) in env_file::read(&path)?.into_iter().filter(|(name, _)| !is_reserved(name)) {
                variables.insert(shown(name), (shown(value), from.clone()));
            }
        }
        let builder = self.place.builder()?;
        for (name, value) in &builder.environment.variables {
            let name = shown(name);
            let from = self.source_of_variable(&name);
            variables.insert(name, (shown(value), from));
        }
        variables.insert("STACK_CONTROL".to_owned(), ("/dev/fd/3".to_owned(), Source::Contract));
        Ok(variables.into_iter().map(|(name, (value, from))| Fact { name, value, from }).collect())
    }

    fn source_of_variable(&mut self, name: &str) -> Source {
        let place = self.place;
        let strongest = place.settings.iter().find(|(_, service)| service.env.contains_key(name));
        strongest.map_or(Source::Inherited, |(origin, _)| self.source(origin, &format!("env.{name}")))
    }

    fn source(&mut self, origin: &Origin, key: &str) -> Source {
        match origin {
            Origin::Flags => Source::Flags,
            Origin::Place => Source::Place,
            Origin::File(file) => Source::File(file.clone()),
            Origin::Table { file, name } => {
                let line = self.lines(file).and_then(|lines| lines.nearest(&format!("{name}.{key}")));
                Source::File(line.map_or_else(|| file.clone(), |line| format!("{file}:{line}")))
            }
        }
    }

    /// Where the keys of that file stand; it was read before, so that it can be read now unless it is gone.
    fn lines(&mut self, file: &str) -> Option<&Lines> {
        let path = self.site.root.join(file);
        if !self.files.contains_key(&path) {
            let text = fs::read_to_string(&path).ok()?;
            self.files.insert(path.clone(), read(file, &text).ok()?.1);
        }
        self.files.get(&path)
    }

    fn shown_path(&self, path: &Path) -> String {
        path.strip_prefix(&self.site.root).unwrap_or(path).display().to_string()
    }
}

/// What counts where nothing was set.
fn defaults(place: &Place) -> Result<Vec<(&'static str, String)>, Error> {
    let timeouts = timeouts(&place.builder()?.limits);
    let Caps { body, upload, .. } = Caps::default();
    let limit =
        |limit: Option<std::time::Duration>| limit.map_or("none".to_owned(), |time| Time(time).to_string());
    let size = |bytes: u64| Size(bytes).to_string();
    let text = |text: &dyn Display| text.to_string();
    let Service { command, .. } = place.settings.effective();
    Ok(vec![
        ("methods", text(&"all")),
        ("timeout", limit(timeouts.total)),
        ("first_byte_timeout", limit(timeouts.first_byte)),
        ("idle_timeout", limit(timeouts.silence)),
        ("kill_grace", limit(Some(timeouts.kill_grace))),
        ("max_body", size(body as u64)),
        ("max_upload", size(upload)),
        ("max_processes", text(&"as many as the server's")),
        ("parse", text(&if command.is_some() { "false" } else { "true for a script, false for a program" })),
        ("ok_exit", text(&"[0]")),
        ("protocol", text(&"stack")),
    ])
}

fn process(place: &Place) -> Result<Process, Error> {
    let service = place.builder()?.build()?;
    let spec = service.spec();
    let notes = service.notes().to_vec();
    let Start::Ready(launch) = &spec.start else {
        return Ok(Process { program: None, words: Vec::new(), directory: None, notes });
    };
    let text = |path: &std::ffi::CStr| path.to_string_lossy().into_owned();
    Ok(Process {
        program: Some(text(&launch.program)),
        words: words(&launch.arguments),
        directory: Some(text(&launch.directory)),
        notes,
    })
}

fn words(strings: &Strings) -> Vec<String> {
    let bytes = strings.bytes();
    let word = |start: &usize| bytes[*start..].split(|byte| *byte == 0).next().unwrap_or_default();
    strings.starts().iter().map(|start| String::from_utf8_lossy(word(start)).into_owned()).collect()
}

fn shown(text: impl AsRef<std::ffi::OsStr>) -> String {
    text.as_ref().to_string_lossy().into_owned()
}
