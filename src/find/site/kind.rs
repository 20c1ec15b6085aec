//! Which files of a folder are services: by what they are, not by what they are called alone.

use super::beneath::{Refused, Root};
use crate::{
    error::{Error, ErrorKind},
    find::{detect::detect, program::is_executable, shebang::Shebang},
    service::Language,
};

/// How much of a file is looked at; its first line is found in that.
const BEGINNING: u64 = 512;

/// What the owner of a file should know of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Service,
    /// Data, documentation, a library of another language.
    Nothing,
    /// It could be meant as one.
    NotYet(String),
}

/// Whether that file of the folder is a service.
///
/// # Errors
/// When it is a script by its name and cannot be one.
pub(super) fn verdict(root: &Root, path: &str) -> Result<Verdict, Error> {
    let file = root.path().join(path);
    let extension = file.extension().and_then(|extension| extension.to_str());
    let is_script = extension.and_then(Language::of_extension).is_some() && !is_declaration(path);
    let beginning = match root.read(path, BEGINNING) {
        Ok(beginning) => beginning,
        Err(refused) if is_script => return Err(unreadable(path, refused)),
        // A program may be executable without being readable.
        Err(_) if extension.is_none() && is_executable(&file) => return Ok(Verdict::Service),
        Err(_) => return Ok(Verdict::Nothing),
    };
    let shebang = Shebang::parse(&beginning);
    if is_script || shebang.is_some() {
        return match detect(&file, None, shebang.as_ref()) {
            Ok(_) => Ok(Verdict::Service),
            Err(error) if is_script => Err(error),
            Err(_) => Ok(Verdict::NotYet(format!("{path} has a first line, but may not be executed"))),
        };
    }
    // Every file of a disk that knows no permissions is executable.
    Ok(match is_executable(&file) {
        true if beginning.starts_with(b"\x7fELF") => Verdict::Service,
        // The kernel may have been taught its format, as that of Windows programs.
        true if extension.is_none() && beginning.contains(&0) => Verdict::Service,
        true if extension.is_none() && !beginning.is_empty() => Verdict::NotYet(format!(
            "{path} may be executed, but its first line does not say by what, as #!/bin/sh would"
        )),
        _ => Verdict::Nothing,
    })
}

/// Types for other files: TypeScript without anything to run.
fn is_declaration(path: &str) -> bool {
    [".d.ts", ".d.mts", ".d.cts"].iter().any(|ending| path.ends_with(ending))
}

fn unreadable(path: &str, refused: Refused) -> Error {
    let error = match refused {
        Refused::System(error) => {
            Error::new(ErrorKind::NotServable, format!("{path} cannot be read: {error}"))
        }
        Refused::Outside | Refused::Missing => {
            Error::new(ErrorKind::NotServable, format!("{path} cannot be read"))
        }
    };
    error.remedy("let the server's user read it, or begin its name with _")
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::{Verdict, verdict};
    use crate::find::site::beneath::Root;

    fn of(name: &str, text: &[u8], mode: u32) -> Result<Verdict, crate::error::Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        verdict(&Root::open(folder.path()).unwrap(), name)
    }

    #[test]
    fn row_70_services_are_scripts_and_programs() {
        let services: [(&str, &[u8], u32); 7] = [
            ("x.py", b"", 0o644),
            ("x.py", b"print()", 0o755),
            ("x", b"#!/usr/bin/env python3\n", 0o644),
            ("x.foo", b"#!/bin/sh\n", 0o755),
            ("x", b"\x7fELF\0", 0o755),
            ("x.bin", b"\x7fELF\0", 0o755),
            ("x", b"MZ\0", 0o755),
        ];
        for (name, text, mode) in services {
            assert_eq!(of(name, text, mode).unwrap(), Verdict::Service, "{name} {text:?} {mode:o}");
        }
    }

    #[test]
    fn row_70_data_is_none_even_where_every_file_is_executable() {
        for name in ["README.md", "data.json", "stack.toml", "a.txt", "x.html", "types.d.ts", "style.css"] {
            for mode in [0o644, 0o777] {
                assert_eq!(of(name, b"# text\n", mode).unwrap(), Verdict::Nothing, "{name} {mode:o}");
            }
        }
        assert_eq!(of("LICENSE", b"text\n", 0o644).unwrap(), Verdict::Nothing);
        assert_eq!(of("empty", b"", 0o755).unwrap(), Verdict::Nothing);
        assert_eq!(of("x", b"\x7fELF\0", 0o644).unwrap(), Verdict::Nothing);
    }

    #[test]
    fn row_70_what_could_be_meant_as_a_service_is_told() {
        for (text, mode) in [(&b"echo hello\n"[..], 0o755), (b"#!/bin/sh\n", 0o644)] {
            let Verdict::NotYet(note) = of("x", text, mode).unwrap() else { panic!("{text:?}") };
            assert!(note.starts_with("x "), "{note}");
        }
        let error = of("x.py", b"#!/usr/bin/perl\n", 0o644).unwrap_err();
        assert!(error.to_string().contains("chmod +x"), "{error}");
    }
}
