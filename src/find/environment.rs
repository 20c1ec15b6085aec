//! The environment that every request of a service shares: the server's own or what the owner set, less
//! every name that the contract or a request gives a meaning to.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
    path::PathBuf,
};

use indexmap::IndexMap;

use crate::{
    error::{Error, ErrorKind},
    find::env_file,
    service::{Format, Strings},
};

/// The variables that RFC 3875 and its common extensions define; only a request may set them.
const META_VARIABLES: &[&str] = &[
    "AUTH_TYPE",
    "CONTENT_LENGTH",
    "CONTENT_TYPE",
    "DOCUMENT_ROOT",
    "GATEWAY_INTERFACE",
    "HTTPS",
    "PATH_INFO",
    "PATH_TRANSLATED",
    "QUERY_STRING",
    "REDIRECT_STATUS",
    "REMOTE_ADDR",
    "REMOTE_HOST",
    "REMOTE_IDENT",
    "REMOTE_PORT",
    "REMOTE_USER",
    "REQUEST_METHOD",
    "REQUEST_SCHEME",
    "REQUEST_URI",
    "SCRIPT_FILENAME",
    "SCRIPT_NAME",
    "SERVER_ADDR",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "SERVER_SOFTWARE",
    "TRACEPARENT",
    "TRACESTATE",
];

/// What a variable's name begins with that is the server's or a request's.
const RESERVED_PREFIXES: &[&str] = &["STACK_", "LISTEN_", "WATCHDOG_", "HTTP_"];

/// What the owner of a service said about its environment.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) base: Base,
    /// Files of `NAME=value` lines; later ones win.
    pub(super) files: Vec<PathBuf>,
    /// Variables by name; they win over the files.
    pub(super) variables: Vec<(OsString, OsString)>,
}

/// What the environment begins as.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Base {
    /// The server's own.
    #[default]
    Inherited,
    /// Nothing.
    Empty,
}

/// The environment, and what its owner should know of it.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) variables: Strings,
    pub(super) notes: Vec<String>,
}

/// Makes the environment from the settings, the variables that the server inherited, and those that the
/// interpreter cannot be started without.
pub(super) fn compose(
    settings: &Settings,
    (document, required): (Option<Format>, &[(OsString, OsString)]),
    inherited: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Environment, Error> {
    let (mut variables, mut notes) = (IndexMap::new(), Vec::new());
    if let Base::Inherited = settings.base {
        variables.extend(inherited.filter(|(name, _)| !is_reserved(name)));
    }
    variables.extend(required.iter().cloned());
    for file in &settings.files {
        for (name, value) in env_file::read(file)? {
            if is_reserved(&name) {
                let (name, file) = (name.display(), file.display());
                notes.push(format!("{name} of {file} is left out: only a request may set it"));
            } else {
                variables.insert(name, value);
            }
        }
    }
    for (name, value) in &settings.variables {
        variables.insert(checked(name, value)?.to_owned(), value.clone());
    }
    Ok(Environment { variables: strings(&variables, document), notes })
}

/// Whether a variable of that name belongs to the server or to a request. `HTTP_PROXY` does not: it is
/// the owner's setting, and no header can become it.
pub(super) fn is_reserved(name: &OsStr) -> bool {
    let name = name.as_bytes();
    if name == b"HTTP_PROXY" {
        return false;
    }
    name == b"NOTIFY_SOCKET"
        || META_VARIABLES.iter().any(|variable| variable.as_bytes() == name)
        || RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix.as_bytes()))
}

/// The name, when the owner of a service may give that variable that value.
pub(super) fn checked<'a>(name: &'a OsStr, value: &OsStr) -> Result<&'a OsStr, Error> {
    let invalid = |message: String| Err(Error::new(ErrorKind::InvalidSetting, message));
    let (bytes, shown) = (name.as_bytes(), name.display());
    if bytes.is_empty() || bytes.contains(&b'=') || bytes.contains(&0) {
        return invalid(format!("{shown:?} is no name of an environment variable"));
    }
    if value.as_bytes().contains(&0) {
        return invalid(format!("the value of {shown} has a NUL in it"));
    }
    if is_reserved(name) {
        return invalid(format!("{shown} cannot be set, because only a request may set it"));
    }
    Ok(name)
}

fn strings(variables: &IndexMap<OsString, OsString>, document: Option<Format>) -> Strings {
    let mut strings = Strings::default();
    for (name, value) in variables {
        strings.push_variable(name.as_bytes(), value.as_bytes());
    }
    strings.push_variable(b"STACK_CONTROL", b"/dev/fd/3");
    if document.is_some() {
        strings.push_variable(b"STACK_REQUEST", b"/dev/fd/4");
    }
    strings
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsString, fs};

    use super::{Base, Settings, compose};
    use crate::{error::Error, service::Format};

    fn composed(settings: &Settings, inherited: &[(&str, &str)]) -> Result<Vec<String>, Error> {
        let inherited = inherited.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let environment = compose(settings, (None, &[]), inherited)?;
        Ok(environment.variables.iter().map(|word| String::from_utf8(word.to_vec()).unwrap()).collect())
    }

    fn variable(name: &str, value: &str) -> Settings {
        Settings { variables: vec![(name.into(), value.into())], ..Settings::default() }
    }

    #[test]
    fn attack_01_what_requests_and_the_server_use_is_stripped() {
        let inherited = [
            ("PATH", "/bin"),
            ("STACK_TIMEOUT", "5s"),
            ("LISTEN_FDS", "1"),
            ("NOTIFY_SOCKET", "/run/x"),
            ("WATCHDOG_USEC", "1"),
            ("HTTP_HOST", "evil"),
            ("HTTP_PROXY", "http://proxy"),
            ("http_proxy", "http://proxy"),
            ("QUERY_STRING", "a=b"),
            ("REMOTE_USER", "root"),
            ("HOME", "/root"),
        ];
        let expected = [
            "PATH=/bin",
            "HTTP_PROXY=http://proxy",
            "http_proxy=http://proxy",
            "HOME=/root",
            "STACK_CONTROL=/dev/fd/3",
        ];
        assert_eq!(composed(&Settings::default(), &inherited).unwrap(), expected);
    }

    #[test]
    fn row_23_flags_win_over_files_and_files_over_the_server() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".env");
        fs::write(&file, "A=file\nB=file\nSERVER_PORT=1\n").unwrap();
        let settings = Settings { files: vec![file], ..variable("A", "flag") };
        let inherited = [("B", "server"), ("C", "server")];
        let expected = ["B=file", "C=server", "A=flag", "STACK_CONTROL=/dev/fd/3"];
        assert_eq!(composed(&settings, &inherited).unwrap(), expected);
        let environment = compose(&settings, (None, &[]), std::iter::empty()).unwrap();
        assert_eq!(environment.notes.len(), 1);
        assert!(environment.notes[0].starts_with("SERVER_PORT of "), "{:?}", environment.notes);
    }

    #[test]
    fn row_23_a_cleared_environment_has_only_what_was_set() {
        let settings = Settings { base: Base::Empty, ..variable("A", "b=c") };
        assert_eq!(composed(&settings, &[("PATH", "/bin")]).unwrap(), ["A=b=c", "STACK_CONTROL=/dev/fd/3"]);
    }

    #[test]
    fn the_document_is_named_where_one_is_given() {
        let environment =
            compose(&Settings::default(), (Some(Format::Json), &[]), std::iter::empty()).unwrap();
        let words: Vec<_> = environment.variables.iter().collect();
        assert_eq!(words, [&b"STACK_CONTROL=/dev/fd/3"[..], b"STACK_REQUEST=/dev/fd/4"]);
    }

    #[test]
    fn names_that_no_owner_may_set_are_refused() {
        for name in ["", "A=B", "A\0B", "STACK_CONTROL", "QUERY_STRING", "HTTP_X"] {
            let error = composed(&variable(name, ""), &[]).unwrap_err();
            assert!(error.is_invalid_setting(), "{name:?}");
        }
        assert!(composed(&variable("A", "x\0y"), &[]).unwrap_err().is_invalid_setting());
        assert!(composed(&variable("HTTP_PROXY", "http://p"), &[]).is_ok());
    }
}
