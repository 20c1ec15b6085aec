//! A folder, a package or a single file as what is to be served: each service with its route and its settings.
//! Looks at names and at `stack.toml`; interpreters are looked for only when [`Place::builder`] is built.

mod beneath;
mod conflicts;
mod document;
mod explain;
mod gather;
mod kind;
mod names;
mod package;
mod places;
mod rules;
mod scan;
mod settings;
mod table;

use std::path::PathBuf;

pub(crate) use self::{
    beneath::{Kind, Root},
    explain::{Explanation, Fact, Process, Source},
    gather::{lone, site},
    names::is_leftover,
    settings::configured,
};
use crate::{cache::Stamp, config, pattern::Pattern};

/// Everything that one server serves.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// What it is called on the first line: the folder's name.
    pub(crate) name: String,
    /// The folder, absolute.
    pub(crate) root: PathBuf,
    pub(crate) server: config::Server,
    /// Sorted by their routes; no two answer the same paths and methods.
    pub(crate) places: Vec<Place>,
    /// What its owner should know of how it was read, one sentence each.
    pub(crate) notes: Vec<String>,
}

/// One service of a site.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Its name in `stack.toml`, or its route without the slash in front, `index` for `/`.
    pub(crate) name: String,
    /// None for a lone service, which answers every path.
    pub(crate) pattern: Option<Pattern>,
    pub(crate) settings: config::Layers,
    /// The folder that the paths of its settings begin at, absolute.
    pub(crate) folder: PathBuf,
    /// Where it was found, for messages: `users.py`, `stack.toml:12`.
    pub(crate) source: String,
    /// What its files were when the site was read: its own, those of its variables and of its schema.
    pub(crate) stamps: Vec<Stamp>,
    /// The services that run before it, in order; theirs are not asked for.
    pub(crate) gates: Vec<Place>,
}

/// Equal places need not be made anew when the site is read again, as when a line above one has gone.
impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        let Self { name, pattern, settings, folder, source: _, stamps, gates } = self;
        (name, pattern, settings, folder, stamps, gates)
            == (&other.name, &other.pattern, &other.settings, &other.folder, &other.stamps, &other.gates)
    }
}

#[cfg(test)]
mod tests;
