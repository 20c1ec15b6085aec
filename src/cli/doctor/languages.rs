//! Which interpreters there are, and which of them hide behind the shim of a version manager.

use std::path::Path;

use super::finding::{Finding, Group};
use crate::find::{Installed, shim_of};

/// One finding for every language, and one more for a shim before it.
pub(super) fn findings(installed: &[Installed]) -> Vec<Finding> {
    installed.iter().flat_map(of).collect()
}

fn of(installed: &Installed) -> Vec<Finding> {
    let shim = shim_of(installed.language);
    match &installed.interpreter {
        None => vec![missing(installed, shim.as_deref())],
        Some(interpreter) => {
            let behind = shim.map(|shim| behind_shim(installed, &shim, interpreter));
            [found(installed, interpreter)].into_iter().chain(behind).collect()
        }
    }
}

fn found(installed: &Installed, interpreter: &Path) -> Finding {
    let path = interpreter.display();
    let language = installed.language;
    let finding = |seen: String| Finding::new(Group::Languages, language.name, seen);
    match &installed.version {
        Some(version) if !version.is_empty() => finding(format!("{path} ({version})")),
        _ if language.version.is_empty() => finding(path.to_string()),
        _ => {
            let words = language.version.join(" ");
            finding(format!("{path} is there, but does not tell its version"))
                .advice(format!("see whether it works: {path} {words}"))
        }
    }
}

fn missing(installed: &Installed, shim: Option<&Path>) -> Finding {
    let language = installed.language;
    let package = language.package;
    match shim {
        Some(shim) => {
            let seen = format!("{} leads to no interpreter", shim.display());
            let remedy =
                format!("choose a version with its version manager, or install the package {package}");
            Finding::new(Group::Languages, language.name, seen).advice(remedy)
        }
        None => {
            let program = language.interpreters.first().unwrap_or(&language.name);
            let seen = format!("there is no {program} here");
            Finding::new(Group::Languages, language.name, seen)
                .advice(format!("install the package {package}"))
        }
    }
}

fn behind_shim(installed: &Installed, shim: &Path, interpreter: &Path) -> Finding {
    let folder = interpreter.parent().unwrap_or(interpreter).display();
    let seen = format!("{} is a shim; requests are spared it", shim.display());
    let remedy = format!("for what a service starts by that name put {folder} first on the PATH");
    Finding::new(Group::Languages, installed.language.name, seen).advice(remedy)
}
