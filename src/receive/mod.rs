//! From an HTTP request to what its service is given: parameters, standard input, variables, facts.
//! Knows no process; everything that a body needs is capped, and has a deadline.

mod checked;
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
    host::{has_local_host, host},
    identity::{request_id, traceparent},
    read::read,
};
use crate::{
    budget::{Budget, Taken},
    params::Map,
    schema::Schema,
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

impl Received {
    /// The same once more, for a process that runs before the one that it is for; a body that is streamed is not
    /// among it.
    pub(crate) fn again(&self) -> Self {
        let feed = match &self.feed {
            Feed::Replay(bytes) => Feed::Replay(bytes.clone()),
            Feed::Empty | Feed::Stream(_) => Feed::Empty,
        };
        Self { params: self.params.clone(), feed, held: Held::default() }
    }
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
    /// What its parameters must be.
    pub(crate) schema: Option<&'a Arc<Schema>>,
    /// What its route says.
    pub(crate) captured: &'a Captured,
    /// What all parsed bodies have together.
    pub(crate) budget: &'a Arc<Budget>,
    /// The folder below which uploads are kept.
    pub(crate) temp: &'a Path,
}

/// What its route says of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Captured {
    /// What `[id]` and `[...rest]` stand for; they win over body and query.
    pub(crate) parameters: Vec<(String, String)>,
    /// The path of the service and what follows it; without them the service has every path to itself.
    pub(crate) script: Option<Script>,
}

/// A request's path, taken apart as RFC 3875 has it; decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    /// The path of the service itself: `SCRIPT_NAME`.
    pub(crate) name: String,
    /// What follows it: `PATH_INFO`.
    pub(crate) rest: String,
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
    /// Where its service is, when that has not every path to itself.
    pub(crate) script: Option<&'a Script>,
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
