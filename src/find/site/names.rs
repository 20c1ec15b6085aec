//! What the names of files say: which are never services, and which route a path stands for.

use crate::pattern::{Pattern, Segment};

/// What editors, patches and version control leave behind.
const LEFTOVERS: &[&str] = &["bak", "orig", "rej", "swo", "swp", "tmp"];

/// What package managers fill; nothing in there is anybody's service.
const INSTALLED: &[&str] = &["bower_components", "node_modules"];

/// What is usually filled by a tool as well, but may be somebody's name for services.
const BUILT: &[&str] = &["target", "vendor", "venv"];

/// What is to be done with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Plain,
    /// Private, or none of a service: passed over without a word.
    Never,
    /// A folder that its owner should hear is passed over.
    Built,
}

impl Name {
    /// What that name says, of a folder or of a file.
    pub(super) fn of(name: &str) -> Self {
        let is_private = name.starts_with(['.', '_']);
        if is_private || is_leftover(name) || INSTALLED.contains(&name) {
            return Self::Never;
        }
        if BUILT.contains(&name) { Self::Built } else { Self::Plain }
    }
}

/// Whether an editor, a patch or version control left it behind.
pub(crate) fn is_leftover(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    name.ends_with('~')
        || (name.starts_with('#') && name.ends_with('#'))
        || ending.is_some_and(|ending| LEFTOVERS.contains(&ending))
}

/// The route of the file at that path from the served folder: its path without extension, and that of its folder
/// where it is called `index`.
pub(super) fn of_file(path: &str) -> Result<Pattern, (&'static str, &'static str)> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let own = (stem != "index").then_some(stem);
    of(folder.split('/').filter(|name| !name.is_empty()).chain(own))
}

/// The route of the folder at that path.
pub(super) fn of_folder(path: &str) -> Result<Pattern, (&'static str, &'static str)> {
    of(path.split('/').filter(|name| !name.is_empty()))
}

fn of<'a>(names: impl Iterator<Item = &'a str>) -> Result<Pattern, (&'static str, &'static str)> {
    Pattern::of(names.map(Segment::parse).collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{Name, of_file, of_folder};

    #[test]
    fn attack_48_private_names_and_leftovers_are_never_services() {
        for name in [
            ".env",
            ".git",
            ".",
            "_auth.js",
            "__pycache__",
            "x.py~",
            "#x.py#",
            "x.py.bak",
            "x.orig",
            "x.py.rej",
            ".x.py.swp",
            "x.tmp",
            "node_modules",
        ] {
            assert_eq!(Name::of(name), Name::Never, "{name}");
        }
        for name in ["target", "vendor", "venv"] {
            assert_eq!(Name::of(name), Name::Built, "{name}");
        }
        for name in ["x.py", "#x", "a_b", "tmp", "bak", "vendors", "a~b", "[id].js"] {
            assert_eq!(Name::of(name), Name::Plain, "{name}");
        }
    }

    #[test]
    fn row_70_a_route_is_the_path_without_extension() {
        let table = [
            ("users.py", "/users"),
            ("index.js", "/"),
            ("api/index.sh", "/api"),
            ("api/users/[id].py", "/api/users/[id]"),
            ("[user]/posts.py", "/[user]/posts"),
            ("files/[...rest].js", "/files/[...rest]"),
            ("a.b.py", "/a.b"),
            ("tool", "/tool"),
            ("with space/é.py", "/with space/é"),
            ("index/index.py", "/index"),
        ];
        for (path, route) in table {
            assert_eq!(of_file(path).unwrap().to_string(), route, "{path}");
        }
        assert_eq!(of_folder("").unwrap().to_string(), "/");
        assert_eq!(of_folder("a/[b]").unwrap().to_string(), "/a/[b]");
        for path in ["a[1].py", "[].py", "[...rest]/x.py", "[id]/[id].py", "[...a].b.py"] {
            assert!(of_file(path).is_err(), "{path}");
        }
    }

    proptest! {
        #[test]
        fn no_path_panics(path in any::<String>()) {
            let _ = (Name::of(&path), of_file(&path), of_folder(&path));
        }
    }
}
