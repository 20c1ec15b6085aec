//! `stack languages [NAME] [--json]`: the languages, and what of them is installed.

use std::{fmt::Write, process::ExitCode};

use serde_json::{Value, json};

use crate::{
    cli::{args::LanguagesArguments, say},
    error::{Error, ErrorKind},
    find::{Installed, languages as installed_languages},
    service::Language,
};

/// Prints the languages, all or the one that was named.
pub(super) fn languages(arguments: &LanguagesArguments) -> Result<ExitCode, Error> {
    let chosen = arguments.name.as_deref().map(named).transpose()?;
    let found = installed_languages(|language| chosen.is_none_or(|chosen| chosen.name == language.name));
    match arguments.json {
        true => say::out(&format!("{:#}", found.iter().map(in_json).collect::<Value>())),
        false => say::out(found.iter().map(in_text).collect::<String>().trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}

fn named(name: &str) -> Result<&'static Language, Error> {
    Language::named(name).ok_or_else(|| {
        let error = Error::new(ErrorKind::UnknownLanguage, format!("there is no language {name:?}"));
        error.remedy("stack languages lists them")
    })
}

fn in_json(installed: &Installed) -> Value {
    let Installed { language, interpreter, version, notes } = installed;
    json!({
        "name": language.name,
        "aliases": language.aliases,
        "extensions": language.extensions,
        "interpreter": interpreter.as_ref().map(|path| path.to_string_lossy()),
        "version": version,
        "package": language.package,
        "notes": notes,
    })
}

fn in_text(installed: &Installed) -> String {
    let Installed { language, interpreter, version, notes } = installed;
    let extensions: Vec<_> = language.extensions.iter().map(|extension| format!(".{extension}")).collect();
    let mut text = format!("{:<13} {:<16} ", language.name, extensions.join(" "));
    // A String takes everything that is written to it.
    let _ = match (interpreter, version) {
        (Some(path), Some(version)) => writeln!(text, "{} ({version})", path.display()),
        (Some(path), None) => writeln!(text, "{}", path.display()),
        (None, _) => writeln!(text, "not found; install the package {}", language.package),
    };
    for note in notes {
        let _ = writeln!(text, "{:<31}{note}", "");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{in_json, in_text, named};
    use crate::{find::Installed, service::Language};

    fn missing() -> Installed {
        let language = Language::named("python").unwrap();
        Installed { language, interpreter: None, version: None, notes: vec!["slow".to_owned()] }
    }

    #[test]
    fn row_24_a_missing_interpreter_names_its_package() {
        let expected = "python        .py .py3         not found; install the package python3\n\
                        \x20                              slow\n";
        assert_eq!(in_text(&missing()), expected);
        let json = in_json(&missing());
        assert_eq!((&json["name"], &json["package"]), (&"python".into(), &"python3".into()));
        assert!(json["interpreter"].is_null());
    }

    #[test]
    fn row_24_a_found_one_shows_its_path_and_version() {
        let interpreter = Some("/usr/bin/python3".into());
        let found =
            Installed { interpreter, version: Some("Python 3.11".into()), notes: Vec::new(), ..missing() };
        assert_eq!(in_text(&found), "python        .py .py3         /usr/bin/python3 (Python 3.11)\n");
        assert_eq!(in_json(&found)["version"], "Python 3.11");
        assert!(named("cobol").unwrap_err().is_unknown_language());
    }
}
