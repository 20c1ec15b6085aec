//! Whether the word `stack` means this program: others have the name too.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use super::finding::{Finding, Group};
use crate::{find::on_search_path, process::probe};

/// The package's own name, which nobody else has.
const OTHER_NAME: &str = "stackvana";

/// What the first `stack` on the PATH is.
pub(super) fn findings() -> Vec<Finding> {
    env::current_exe().ok().map(|own| finding(&own)).into_iter().collect()
}

fn finding(own: &Path) -> Finding {
    let version = env!("CARGO_PKG_VERSION");
    let finding = |seen: String| Finding::new(Group::Program, "stack", seen);
    let this = format!("this is {} ({version})", own.display());
    let folder = own.parent().unwrap_or(own).display();
    let Some(first) = on_search_path("stack").into_iter().next() else {
        let remedy = format!("call it by its path, or add {folder} to the PATH");
        return finding(format!("no stack is on the PATH; {this}")).advice(remedy);
    };
    if is_same(own, &first) {
        return finding(format!("{} ({version})", first.display()));
    }
    let says = says(&first);
    let seen = format!("{} is first on the PATH and says {says:?}; {this}", first.display());
    if says.strip_prefix("stack ").is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    {
        return finding(seen).advice(format!("remove one of them, or put {folder} first on the PATH"));
    }
    if own.file_name().is_some_and(|name| name == OTHER_NAME) {
        return finding(seen);
    }
    let other = on_search_path(OTHER_NAME).into_iter().next().unwrap_or_else(|| beside(own));
    let remedy =
        format!("this program is also called {}; or put {folder} first on the PATH", other.display());
    finding(seen).problem(remedy)
}

/// Whether both are one file, or installed together: the program is there under two names.
fn is_same(own: &Path, first: &Path) -> bool {
    let same = || -> io::Result<bool> {
        let (own, first) = (fs::canonicalize(own)?, fs::canonicalize(first)?);
        Ok(own == first || (first.file_name() == Some("stack".as_ref()) && own.parent() == first.parent()))
    };
    same().unwrap_or(false)
}

/// The first line that it prints of its version.
fn says(program: &Path) -> String {
    let printed = probe(program, &["--version"], (Path::new("/"), &[])).unwrap_or_default();
    String::from_utf8_lossy(&printed).lines().next().unwrap_or_default().chars().take(80).collect()
}

fn beside(own: &Path) -> PathBuf {
    own.with_file_name(OTHER_NAME)
}
