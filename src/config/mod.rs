//! `stack.toml`: its types, how it is read, and what counts when a setting stands in several places.
//! Text in, data out; knows no disk and no service.

mod file;
mod layers;
mod read;
#[cfg(test)]
mod schema;
mod service;
pub(crate) mod units;
mod warm;

pub(crate) use self::{
    file::{File, Server},
    layers::{Layers, Origin},
    read::{Lines, read},
    service::{Cors, Protocol, SchemaSource, Service, Show},
    units::{Size, Time},
    warm::{Mode, Warm, mode},
};
