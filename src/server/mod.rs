//! The edge: sockets in, requests to the one `tower::Service`. Knows no process and no language.

mod accept;
mod activity;
mod connection;
mod shutdown;
mod watched;

pub(crate) use self::{accept::serve, shutdown::Shutdown};
