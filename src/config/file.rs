//! The whole of `stack.toml`, and the settings of the server in it.

use std::path::PathBuf;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{Cors, Service, Show, Size, Time};

/// What stands in a `stack.toml`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct File {
    /// Where to listen, and the bounds of all services together.
    pub(crate) server: Server,
    /// What every service of this file has unless it says otherwise.
    pub(crate) defaults: Service,
    /// The one service of a folder that is a package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service: Option<Service>,
    /// Services by their names. With any of these or with `service`, the files beside are no services, unless
    /// `server.scan` says so.
    pub(crate) services: IndexMap<String, Service>,
}

/// The settings of the server.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Server {
    /// The address to listen on; 127.0.0.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) host: Option<String>,
    /// The port to listen on, 0 for any; the first free one from 3000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<u16>,
    /// Whether the files of the folder are services too, beside those that are named here; true where none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scan: Option<bool>,
    /// Every edit counts at the next request, and errors are shown; false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) watch: Option<bool>,
    /// Processes that live at once; 256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_processes: Option<usize>,
    /// Requests that wait for a process; 256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) queue: Option<usize>,
    /// How long a request waits for a process; 10 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) queue_timeout: Option<Time>,
    /// How long running requests may take to finish once the server ends; 10 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) drain_timeout: Option<Time>,
    /// All parsed bodies together; 256 MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_buffered: Option<Size>,
    /// The memory that processes which wait for requests may take together; 256 MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) warm_memory: Option<Size>,
    /// Where uploads are kept while their request runs; the system's folder for temporary files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) temp_dir: Option<PathBuf>,
    /// Whether a client that closed its sending half still waits for its answer; false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) half_close: Option<bool>,
    /// Who sees what a failing service wrote; `auto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) errors: Option<Show>,
    /// A folder of files that are sent as they are, where no service answers.
    #[serde(rename = "static", skip_serializing_if = "Option::is_none")]
    pub(crate) pages: Option<PathBuf>,
    /// Which other origins may read what is answered here; none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cors: Option<Cors>,
}
