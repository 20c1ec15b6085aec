//! From the settings of a place to a [`Builder`].

use std::{
    env, fs,
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;

use super::{Place, document::LARGEST, table::is_path};
use crate::{
    config::{self, Mode, SchemaSource},
    error::{Error, ErrorKind},
    find::Builder,
    service::{SPARES, Service, Warm},
};

impl Place {
    /// The service as its settings describe it; errors name the place.
    pub(crate) fn builder(&self) -> Result<Builder, Error> {
        let settings = self.settings.effective();
        let mut builder = self.source(&settings)?;
        if let Some(schema) = &settings.schema {
            builder = builder.schema(self.schema(schema)?);
        }
        configured(builder, settings, &self.folder).map_err(|unset| self.unset(&unset))
    }

    /// The service, as `prepare` completes it; an error names where it is described, unless something is missing
    /// that may be installed later.
    pub(crate) fn service(&self, prepare: impl FnOnce(Builder) -> Builder) -> Result<Service, Error> {
        prepare(self.builder()?).build().map_err(|error| match error.is_missing() {
            true => error,
            false => Error::new(error.kind(), format!("{}: {error}", self.source)),
        })
    }

    /// The text of its schema.
    pub(crate) fn schema(&self, schema: &SchemaSource) -> Result<String, Error> {
        match schema {
            SchemaSource::Inline(schema) => Ok(Value::Object(schema.clone()).to_string()),
            SchemaSource::File(path) => schema_file(&self.path(path)).map_err(|error| {
                let message = format!("{}: the schema {} cannot be read", self.source, path.display());
                Error::system(message, error)
            }),
        }
    }

    fn source(&self, settings: &config::Service) -> Result<Builder, Error> {
        let builder = Service::builder;
        let mut sources = Vec::new();
        if let Some(file) = &settings.file {
            sources.push(builder().file(self.path(file)));
        }
        if let Some(words) = &settings.command {
            sources.push(builder().command(words));
        }
        if let Some(code) = &settings.code {
            sources.push(builder().code(code));
        }
        match (sources.pop(), sources.is_empty()) {
            (Some(builder), true) => Ok(builder),
            (found, _) => {
                let what = if found.is_some() { "more than one" } else { "none" };
                let message = format!(
                    "{}: the service {:?} has {what} of file, command and code",
                    self.source, self.name
                );
                Err(Error::new(ErrorKind::InvalidSetting, message).remedy("give it exactly one"))
            }
        }
    }

    fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    fn unset(&self, unset: &Unset) -> Error {
        let Unset { name, needs } = unset;
        let service = &self.name;
        let message = format!(
            "{}: the variable {name} of the service {service:?} needs {needs}, which is not set",
            self.source
        );
        let remedy = format!("set {needs}, or write $${{ for a plain ${{");
        Error::new(ErrorKind::InvalidSetting, message).remedy(remedy)
    }
}

/// The text of a file with a schema: no pipe, which could be waited for, and no more than settings may have.
pub(super) fn schema_file(path: &Path) -> io::Result<String> {
    let file = fs::File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let mut text = String::new();
    file.take(LARGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it has more than 1 MiB"));
    }
    Ok(text)
}

/// A variable whose value names one that is not set.
#[derive(Debug)]
pub(crate) struct Unset {
    pub(crate) name: String,
    pub(crate) needs: String,
}

/// A service with those settings, whose paths begin at that folder; what runs and its place are not among them.
///
/// # Errors
/// The first variable that names one which is not set.
pub(crate) fn configured(
    builder: Builder,
    settings: config::Service,
    folder: &Path,
) -> Result<Builder, Unset> {
    let mut builder = with_limits(builder, &settings);
    if let Some(language) = settings.language {
        builder = builder.language(language);
    }
    if let Some(interpreter) = settings.interpreter {
        let interpreter = if is_path(&interpreter) { folder.join(interpreter) } else { interpreter };
        builder = builder.interpreter(interpreter);
    }
    if let Some(words) = settings.arguments {
        builder = builder.arguments(words);
    }
    if let Some(directory) = settings.directory {
        builder = builder.directory(folder.join(directory));
    }
    if settings.clear_env == Some(true) {
        builder = builder.clear_env();
    }
    builder = match settings.parse {
        Some(true) => builder.parse(),
        Some(false) => builder.raw(),
        None => builder,
    };
    if settings.document == Some(true) {
        builder = builder.document();
    }
    if let Some(content_type) = settings.content_type {
        builder = builder.content_type(content_type);
    }
    if settings.protocol == Some(config::Protocol::Cgi) {
        builder = builder.cgi();
    }
    let warm = settings.warm.unwrap_or_default();
    match warm.mode {
        Some(Mode::Off) => builder = builder.warm(Warm::Off),
        Some(Mode::Spare(most)) => builder = builder.warm(Warm::Spares(most.unwrap_or(SPARES))),
        Some(Mode::Fork) => builder = builder.warm(Warm::Fork),
        // As the server has it.
        Some(Mode::Auto) | None => {}
    }
    if let Some(names) = warm.preload {
        builder = builder.preload(names);
    }
    builder = builder.ok_exit(settings.ok_exit.unwrap_or_default().into_iter().map(i32::from));
    builder = settings
        .env_file
        .into_iter()
        .flatten()
        .fold(builder, |builder, file| builder.env_file(folder.join(file)));
    settings.env.into_iter().try_fold(builder, |builder, (name, value)| match filled(&value) {
        Ok(value) => Ok(builder.env(name, value)),
        Err(needs) => Err(Unset { name, needs }),
    })
}

fn with_limits(builder: Builder, settings: &config::Service) -> Builder {
    let mut builder = builder;
    if let Some(limit) = settings.timeout {
        builder = builder.timeout(limit.limit());
    }
    if let Some(limit) = settings.first_byte_timeout {
        builder = builder.first_byte_timeout(limit.limit());
    }
    if let Some(limit) = settings.idle_timeout {
        builder = builder.idle_timeout(limit.limit());
    }
    if let Some(config::Time(grace)) = settings.kill_grace {
        builder = builder.kill_grace(grace.max(Duration::ZERO));
    }
    if let Some(config::Size(bytes)) = settings.max_body {
        builder = builder.max_body(usize::try_from(bytes).unwrap_or(usize::MAX));
    }
    if let Some(config::Size(bytes)) = settings.max_upload {
        builder = builder.max_upload(bytes);
    }
    builder
}

/// The text with each `${NAME}` as that variable of our own environment, and `$$` as `$`; or the name of one that is
/// not set.
pub(super) fn filled(text: &str) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, after) = rest.split_at(at);
        filled.push_str(before);
        if let Some(after) = after.strip_prefix("$$") {
            filled.push('$');
            rest = after;
        } else if let Some((name, after)) = after.strip_prefix("${").and_then(|after| after.split_once('}')) {
            filled.push_str(&env::var(name).map_err(|_| name.to_owned())?);
            rest = after;
        } else {
            filled.push('$');
            rest = &after[1..];
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn row_72_variables_of_the_server_stand_in_values() {
        let path = std::env::var("PATH").unwrap();
        let table =
            [("", ""), ("a$b", "a$b"), ("$${PATH}", "${PATH}"), ("${", "${"), ("5$", "5$"), ("$$$$", "$$")];
        for (text, expected) in table {
            assert_eq!(filled(text).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(filled("<${PATH}>"), Ok(format!("<{path}>")));
    }

    #[test]
    fn attack_49_a_variable_that_is_not_set_is_named() {
        assert_eq!(filled("x${NO_SUCH_VARIABLE_HERE}").unwrap_err(), "NO_SUCH_VARIABLE_HERE");
    }
}
