//! The interpreter of a script: named, asked for by its first line, in a virtual environment near it,
//! or on the search path; never the shim of a version manager, which costs more than the interpreter.

use std::{
    ffi::{OsStr, OsString},
    fs,
    io::Read,
    os::unix::{ffi::OsStringExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use rustix::process::geteuid;

use crate::{
    find::{
        program::{absolute_path, candidates, is_executable},
        shebang::Shebang,
    },
    process::probe,
    service::Language,
};

/// What is known when an interpreter is looked for.
#[derive(Debug)]
pub(super) struct Search<'a> {
    pub(super) language: &'static Language,
    /// What `--interpreter` names.
    pub(super) chosen: Option<&'a Path>,
    /// The script, and its first line.
    pub(super) script: Option<&'a Path>,
    pub(super) shebang: Option<&'a Shebang>,
    pub(super) search_path: &'a OsStr,
}

/// An interpreter that was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Interpreter {
    /// Its absolute path, by the link that a virtual environment knows it by.
    pub(super) program: PathBuf,
    /// The flags of the first line that asked for it.
    pub(super) flags: Vec<OsString>,
    /// The variables that it cannot be started without.
    pub(super) variables: Vec<(OsString, OsString)>,
}

impl Search<'_> {
    /// The first interpreter that is there, in the documented order.
    pub(super) fn find(&self) -> Option<Interpreter> {
        if let Some(chosen) = self.chosen {
            return self.real(candidates(chosen.as_os_str(), self.search_path));
        }
        self.by_shebang()
            .or_else(|| self.by_virtual_environment().map(Interpreter::from))
            .or_else(|| self.by_search_path())
    }

    fn by_shebang(&self) -> Option<Interpreter> {
        let shebang = self.shebang.filter(|shebang| shebang.is_interpreter_of(self.language))?;
        let interpreter = self.real(candidates(&shebang.program, self.search_path))?;
        Some(Interpreter { flags: shebang.flags.clone(), ..interpreter })
    }

    /// `.venv/bin` beside the script or above it.
    fn by_virtual_environment(&self) -> Option<PathBuf> {
        let script = self.script?;
        let environments = script.ancestors().skip(1).map(|folder| folder.join(".venv"));
        let folders =
            environments.filter(|folder| is_trusted(folder, script)).map(|folder| folder.join("bin"));
        let mut programs =
            folders.flat_map(|folder| self.language.interpreters.iter().map(move |name| folder.join(name)));
        programs.find(|program| is_executable(program))
    }

    fn by_search_path(&self) -> Option<Interpreter> {
        let mut names = self.language.interpreters.iter();
        names.find_map(|name| self.real(candidates(OsStr::new(name), self.search_path)))
    }

    /// The first candidate that is an interpreter, or a shim that leads to one.
    fn real(&self, mut candidates: impl Iterator<Item = PathBuf>) -> Option<Interpreter> {
        let sees_through = !self.language.locate.is_empty();
        candidates.find_map(|candidate| {
            match sees_through && (self.language.wrapped || is_shim(&candidate)) {
                true => self.behind_shim(&candidate),
                false => Some(candidate.into()),
            }
        })
    }

    /// Runs the shim once and takes the path that the interpreter prints; nothing when it leads nowhere, as
    /// a shim does whose version is not installed. The version may be chosen by a file beside the script.
    fn behind_shim(&self, shim: &Path) -> Option<Interpreter> {
        let folder = self.script.and_then(Path::parent).unwrap_or(Path::new("/"));
        let printed = probe(shim, self.language.locate, (folder, &[])).ok()?;
        let mut lines = printed.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end);
        let path = PathBuf::from(OsString::from_vec(lines.next()?.to_vec()));
        let program = (path.is_absolute() && is_executable(&path)).then(|| absolute_path(&path))?;
        Some(Interpreter { program, flags: Vec::new(), variables: lines.filter_map(variable).collect() })
    }
}

/// A line `NAME=value`.
fn variable(line: &[u8]) -> Option<(OsString, OsString)> {
    let equals = line.iter().position(|&byte| byte == b'=')?;
    let text = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    Some((text(&line[..equals]), text(&line[equals + 1..])))
}

impl From<PathBuf> for Interpreter {
    fn from(program: PathBuf) -> Self {
        Self { program, flags: Vec::new(), variables: Vec::new() }
    }
}

/// Whether that path is a version manager's shim, or any other script that stands before an interpreter.
pub(super) fn is_shim(program: &Path) -> bool {
    let stands_in_shims = |path: &Path| path.parent().is_some_and(|folder| folder.ends_with("shims"));
    stands_in_shims(program)
        || fs::canonicalize(program).is_ok_and(|real| stands_in_shims(&real))
        || begins_like_a_script(program)
}

fn begins_like_a_script(program: &Path) -> bool {
    let mut beginning = [0; 2];
    fs::File::open(program).and_then(|mut file| file.read_exact(&mut beginning)).is_ok()
        && beginning == *b"#!"
}

/// Whether an environment found on the way up may be executed: in a folder that everybody can write to,
/// such as `/tmp`, another user could have put one there.
fn is_trusted(environment: &Path, script: &Path) -> bool {
    let owner = |path: &Path| fs::symlink_metadata(path).ok().map(|metadata| metadata.uid());
    owner(environment).is_some_and(|uid| uid == 0 || uid == geteuid().as_raw() || Some(uid) == owner(script))
}

#[cfg(test)]
mod tests {
    use std::{
        env::join_paths,
        ffi::OsString,
        fs,
        os::unix::fs::{PermissionsExt, symlink},
        path::{Path, PathBuf},
    };

    use super::{Interpreter, Search};
    use crate::{find::shebang::Shebang, service::Language};

    /// A folder with a script and a search path, where fake interpreters are placed.
    struct Place {
        root: tempfile::TempDir,
    }

    impl Place {
        fn new() -> Self {
            Self { root: tempfile::tempdir().unwrap() }
        }

        fn script(&self, text: &str) -> PathBuf {
            let script = self.root.path().join("project/src/x.py");
            fs::create_dir_all(script.parent().unwrap()).unwrap();
            fs::write(&script, text).unwrap();
            script
        }

        /// Something that looks like a compiled program.
        fn program(&self, name: &str) -> PathBuf {
            self.place(name, "\u{7f}ELF")
        }

        fn place(&self, name: &str, text: &str) -> PathBuf {
            let path = self.root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            path
        }

        fn find(&self, script: &Path, chosen: Option<&Path>) -> Option<PathBuf> {
            self.search(script, chosen).map(|interpreter| interpreter.program)
        }

        fn search(&self, script: &Path, chosen: Option<&Path>) -> Option<Interpreter> {
            let folders = ["shims", "bin"].map(|folder| self.root.path().join(folder));
            let (search_path, shebang) = (join_paths(folders).unwrap(), Shebang::read(script).unwrap());
            let language = Language::named("python").unwrap();
            let (script, shebang) = (Some(script), shebang.as_ref());
            let search = Search { language, chosen, script, shebang, search_path: &search_path };
            search.find()
        }
    }

    #[test]
    fn row_09_the_order_is_flag_shebang_virtual_environment_search_path() {
        let place = Place::new();
        let plain = place.script("print()");
        assert_eq!(place.find(&plain, None), None);
        let on_path = place.program("bin/python3");
        assert_eq!(place.find(&plain, None), Some(on_path.clone()));
        let environment = place.program("project/.venv/bin/python");
        assert_eq!(place.find(&plain, None), Some(environment));
        let named = place.program("other/python3.9");
        let script = place.script(&format!("#!{}\n", named.display()));
        assert_eq!(place.find(&script, None), Some(named));
        let through_env = place.script("#!/usr/bin/env python3\n");
        assert_eq!(place.find(&through_env, None), Some(on_path));
        let chosen = place.program("chosen/python");
        assert_eq!(place.find(&script, Some(&chosen)), Some(chosen));
    }

    #[test]
    fn a_shebang_that_leads_nowhere_is_passed_over() {
        let place = Place::new();
        let on_path = place.program("bin/python3");
        let script = place.script("#!/nowhere/bin/python3 -u\n");
        assert_eq!(place.find(&script, None), Some(on_path));
    }

    #[test]
    fn a_chosen_interpreter_is_never_replaced_by_another() {
        let place = Place::new();
        place.program("bin/python3");
        let script = place.script("");
        assert_eq!(place.find(&script, Some(Path::new("python3.77"))), None);
        let named = place.program("bin/python3.77");
        assert_eq!(place.find(&script, Some(Path::new("python3.77"))), Some(named));
    }

    #[test]
    fn the_link_of_a_virtual_environment_is_not_resolved_away() {
        let place = Place::new();
        let real = place.program("usr/python3.11");
        let link = place.root.path().join("project/.venv/bin/python3");
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(&real, &link).unwrap();
        assert_eq!(place.find(&place.script(""), None), Some(link));
    }

    #[test]
    fn row_09_shims_are_resolved_and_dead_ones_passed_over() {
        let place = Place::new();
        let real = place.program("versions/3.11/bin/python3");
        let shim = format!("#!/bin/sh\necho '{}'\n", real.display());
        place.place("shims/python3", &shim);
        let script = place.script("");
        assert_eq!(place.find(&script, None), Some(real));
        place.place("shims/python3", "#!/bin/sh\necho 'no version is set' >&2\nexit 127\n");
        assert_eq!(place.find(&script, None), None);
        let next = place.program("bin/python3");
        assert_eq!(place.find(&script, None), Some(next));
    }

    #[test]
    fn a_wrapper_may_tell_variables_behind_the_path() {
        let place = Place::new();
        let real = place.program("lib/python3");
        place
            .place("bin/python3", &format!("#!/bin/sh\necho '{}'\necho 'HOME_OF_IT=/a=b'\n", real.display()));
        let interpreter = place.search(&place.script(""), None).unwrap();
        assert_eq!(interpreter.program, real);
        assert_eq!(interpreter.variables, [(OsString::from("HOME_OF_IT"), OsString::from("/a=b"))]);
    }

    #[test]
    fn the_flags_of_the_shebang_are_kept() {
        let place = Place::new();
        let python = place.program("bin/python3");
        let script = place.script("#!/usr/bin/env -S python3 -X dev\n");
        let shebang = Shebang::read(&script).unwrap();
        let search = Search {
            language: Language::named("python").unwrap(),
            chosen: None,
            script: Some(&script),
            shebang: shebang.as_ref(),
            search_path: python.parent().unwrap().as_os_str(),
        };
        assert_eq!(search.find().unwrap().flags, ["-X", "dev"].map(OsString::from));
    }
}
