//! From what a user names to a [`Service`](crate::Service): languages, interpreters, bridges, environment.
//! The only place that looks at the disk for them; knows no request.

mod asked;
mod assemble;
mod bridges;
mod builder;
mod compiled;
mod detect;
mod env_file;
mod environment;
mod inline;
#[cfg(feature = "cli")]
mod installed;
mod interpreter;
mod program;
mod shebang;
#[cfg(feature = "cli")]
mod site;
mod target;

pub use self::builder::Builder;
#[cfg(feature = "cli")]
pub(crate) use self::{
    installed::{Installed, languages, on_search_path, shim_of},
    site::{
        Explanation, Fact, Kind, Place, Process, Root, Site, Source, configured, is_leftover, lone, site,
    },
};
