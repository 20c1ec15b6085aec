//! What a folder comes to: routes, packages, settings, and what is refused.

mod folders;
mod packages;
mod refusals;
mod settings;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, Mode, mkfifoat};

use super::{Place, Site, site};
use crate::{config, error::Error, pattern::Pattern};

/// A folder that is to be read.
struct Folder(tempfile::TempDir);

impl Folder {
    /// A folder with these files; what a file has in it makes no difference to most tests.
    fn of(names: &[&str]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        names.iter().for_each(|name| folder.file(name, ""));
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, name: &str, text: &str) {
        self.with_mode(name, text, 0o644);
    }

    fn with_mode(&self, name: &str, text: &str, mode: u32) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn site(&self) -> Site {
        site(self.path(), &config::Service::default(), None).unwrap()
    }

    fn routes(&self) -> Vec<String> {
        self.site().places.iter().map(route).collect()
    }

    fn refusal(&self) -> String {
        let error: Error = site(self.path(), &config::Service::default(), None).unwrap_err();
        error.to_string()
    }

    /// What is said of a folder with that `stack.toml` and a file `a.py`.
    fn refusal_of(text: &str) -> String {
        let folder = Self::of(&["a.py", "data.json"]);
        folder.file("stack.toml", text);
        folder.file("large.json", &format!("{}{{}}", " ".repeat(1 << 20)));
        mkfifoat(CWD, folder.path().join("pipe"), Mode::RUSR).unwrap();
        folder.refusal()
    }
}

fn route(place: &Place) -> String {
    place.pattern.as_ref().map_or("every path".to_owned(), Pattern::to_string)
}

fn place<'a>(site: &'a Site, name: &str) -> &'a Place {
    site.places.iter().find(|place| place.name == name).unwrap_or_else(|| panic!("{name}: {site:#?}"))
}

/// The file of a place, from its folder.
fn file(place: &Place) -> PathBuf {
    place.settings.effective().file.unwrap()
}
