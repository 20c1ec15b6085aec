//! From an HTTP request to what its service is given: parameters, standard input, variables, facts.
//! Knows no process; everything that a body needs is capped, and has a deadline.

mod describe;
mod disposition;
mod environment;
mod headers;
mod host;
mod identity;
mod media;
mod multipart;
mod parameters;
mod parts;
mod percent;
mod read;
mod source;
#[cfg(test)]
mod tests;

use std::{fmt, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;

pub(crate) use self::{
    describe::describe,
    environment::{texts, variables},
    host::has_local_host,
    identity::{request_id, traceparent},
    read::read,
};
use crate::{
    budget::{Budget, Taken},
    params::Map,
    service::Caps,
    spool::Spool,
};

/// A request body, whoever it comes from.
pub(crate) type Incoming = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// What goes to a service's standard input.
pub(crate) enum Feed {
    /// Nothing.
    Empty,
    /// A body that was parsed, byte for byte as it came.
    Replay(Bytes),
    /// A body that nobody has looked at.
    Stream(Incoming),
}

/// A request as far as it concerns its service.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) params: Map,
    pub(crate) feed: Feed,
    pub(crate) held: Held,
}

/// What a request occupies until its process is reaped: files and memory, given back by the drop.
#[derive(Debug, Default)]
pub(crate) struct Held {
    _spool: Option<Spool>,
    _memory: Option<Taken>,
}

/// Where a request is read, and within which limits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) caps: &'a Caps,
    /// How long the next byte of a body may take while it is parsed.
    pub(crate) body_timeout: Duration,
    /// Whether forms, JSON and multipart bodies become parameters.
    pub(crate) parse: bool,
    /// What all parsed bodies have together.
    pub(crate) budget: &'a Arc<Budget>,
    /// The folder below which uploads are kept.
    pub(crate) temp: &'a Path,
}

/// What is known of a request besides its head.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    /// The client's address.
    pub(crate) remote: Option<SocketAddr>,
    /// The address that it reached.
    pub(crate) local: Option<SocketAddr>,
    pub(crate) id: &'a str,
    /// When the request will be ended, in milliseconds of Unix time.
    pub(crate) deadline: Option<u64>,
    pub(crate) traceparent: &'a str,
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Replay(bytes) => f.debug_tuple("Replay").field(&bytes.len()).finish(),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}
