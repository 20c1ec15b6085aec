//! `stack new LANGUAGE [NAME]` and `stack init LANGUAGE`: a first service to begin with.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use crate::{
    cli::{
        args::{InitArguments, NewArguments},
        say,
    },
    error::{Error, ErrorKind},
    service::{LANGUAGES, Language, Starter},
};

/// Writes the service into a new folder.
pub(super) fn new(arguments: &NewArguments) -> Result<ExitCode, Error> {
    let folder = &arguments.name;
    let language = named(&arguments.language)?;
    let starter = starter_of(language)?;
    fs::create_dir(folder).map_err(|error| not_written(folder, error))?;
    write(language, starter, &folder.join(file_name(starter)))
}

/// Writes the service into the folder that the program runs in.
pub(super) fn init(arguments: &InitArguments) -> Result<ExitCode, Error> {
    let language = named(&arguments.language)?;
    let starter = starter_of(language)?;
    write(language, starter, Path::new(&file_name(starter)))
}

/// The file that answers for a folder.
fn file_name(starter: &Starter) -> String {
    format!("index.{}", starter.extension)
}

fn named(name: &str) -> Result<&'static Language, Error> {
    Language::named(name).ok_or_else(|| {
        let error = Error::new(ErrorKind::UnknownLanguage, format!("there is no language {name:?}"));
        error.remedy(format!("choose one of {}", with_starters()))
    })
}

fn starter_of(language: &Language) -> Result<&Starter, Error> {
    language.starter.as_ref().ok_or_else(|| {
        let message =
            format!("there is no starter for {}, whose files are made by a compiler", language.name);
        Error::new(ErrorKind::UnknownLanguage, message).remedy(format!("choose one of {}", with_starters()))
    })
}

fn with_starters() -> String {
    let names = LANGUAGES.iter().filter(|language| language.starter.is_some()).map(|language| language.name);
    names.collect::<Vec<_>>().join(", ")
}

fn write(language: &Language, starter: &Starter, path: &Path) -> Result<ExitCode, Error> {
    // Never over something that is there.
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(starter.text.as_bytes()));
    written.map_err(|error| not_written(path, error))?;
    say::note(&format!("wrote {}; serve it with", path.display()));
    say::out(&command(language, starter, path));
    Ok(ExitCode::SUCCESS)
}

/// The command that serves the file.
fn command(language: &Language, starter: &Starter, path: &Path) -> String {
    // Neither the name of a program nor an option.
    let is_plain = path.components().count() > 1 && !path.as_os_str().as_encoded_bytes().starts_with(b"-");
    let path = if is_plain { path.to_owned() } else { Path::new(".").join(path) };
    let is_known = Language::of_extension(starter.extension).is_some_and(|known| known.name == language.name);
    let option = if is_known { String::new() } else { format!("-l {} ", language.name) };
    format!("stack {option}{}", quoted(&path.to_string_lossy()))
}

/// The word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let is_plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+,@%".contains(&byte));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

fn not_written(path: &Path, error: io::Error) -> Error {
    let shown = path.display();
    if error.kind() == io::ErrorKind::AlreadyExists {
        let error = Error::new(ErrorKind::InvalidSetting, format!("{shown} is there already"));
        return error.remedy("choose another name");
    }
    Error::system(format!("cannot write {shown}"), error)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::command;
    use crate::service::Language;

    #[test]
    fn the_command_names_the_language_only_where_the_extension_does_not() {
        let of = |name: &str, path: &str| {
            let language = Language::named(name).unwrap();
            command(language, language.starter.as_ref().unwrap(), Path::new(path))
        };
        assert_eq!(of("python", "index.py"), "stack ./index.py");
        assert_eq!(of("python", "-x/index.py"), "stack ./-x/index.py");
        assert_eq!(of("ruby", "my shop/index.rb"), "stack 'my shop/index.rb'");
        assert_eq!(of("deno", "shop/index.js"), "stack -l deno shop/index.js");
    }
}
