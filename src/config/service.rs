//! The settings of one service, each of which may be left out.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::{Size, Time, Warm};

/// One service, or what all of them have in common.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Service {
    /// The path that it answers: `/users/[id]`, `/files/[...rest]`. Without one, `/` and its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) route: Option<String>,
    /// The methods that it answers; all. A service that answers GET answers HEAD.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) methods: Option<Vec<String>>,
    /// The script or program, from the folder of this file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<PathBuf>,
    /// A program and its words in place of a file; no shell reads them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) command: Option<Vec<String>>,
    /// Source text in place of a file; `language` says what it is written in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// The language, by a name that `stack languages` lists; otherwise the extension or the first line tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    /// The interpreter: a path, or a name on the `PATH`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interpreter: Option<PathBuf>,
    /// The script's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) arguments: Option<Vec<String>>,
    /// Environment variables; `${NAME}` in a value is that variable of the server's own environment.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) env: BTreeMap<String, String>,
    /// Files of `NAME=value` lines; `env` wins over them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) env_file: Option<Vec<PathBuf>>,
    /// Whether nothing of the server's own environment is passed on; false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clear_env: Option<bool>,
    /// The working directory; the folder of the script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) directory: Option<PathBuf>,
    /// The whole request, 0 for no limit of time at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timeout: Option<Time>,
    /// Until the first byte of the answer, 0 for no limit; 10 s, none where `timeout` is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_byte_timeout: Option<Time>,
    /// Without a byte in either direction, 0 for no limit; 10 s, none where `timeout` is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) idle_timeout: Option<Time>,
    /// Between SIGTERM and SIGKILL; 250 ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kill_grace: Option<Time>,
    /// A body that is parsed; 10 MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_body: Option<Size>,
    /// All files of one upload; 1 GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_upload: Option<Size>,
    /// Its processes that live at once; as many as the server's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_processes: Option<usize>,
    /// Whether bodies become parameters; true for a script, false for a program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parse: Option<bool>,
    /// Whether a program is given the request document on descriptor 4; false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) document: Option<bool>,
    /// Exit codes that mean success besides 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ok_exit: Option<Vec<u8>>,
    /// The `Content-Type` of answers that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    /// How it answers; `stack`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) protocol: Option<Protocol>,
    /// When its processes are started before their requests; `auto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) warm: Option<Warm>,
    /// Services that run before it: files, or names of services in this file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<Vec<String>>,
    /// The JSON Schema of its parameters, or the path of a file that holds one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) schema: Option<SchemaSource>,
    /// Headers that every answer has, unless the service sets them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) headers: BTreeMap<String, String>,
    /// Which other origins may read its answers; as the server says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cors: Option<Cors>,
}

/// How a process answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Protocol {
    /// Standard output is the body; descriptor 3 takes what is said of the head.
    Stack,
    /// Standard output begins with a header block, as RFC 3875 has it.
    Cgi,
}

/// Who sees what a failing service wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[expect(clippy::enum_variant_names, reason = "the words that a file has for it")]
pub(crate) enum Show {
    /// From a terminal or with `watch`, clients on this machine, on loopback.
    Auto,
    /// Everybody.
    Show,
    /// Nobody.
    Hide,
}

/// Which other origins may read answers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum Cors {
    /// All of them, or none.
    Any(bool),
    /// This one; `*` is all.
    Origin(String),
    /// These.
    Origins(Vec<String>),
}

/// A JSON Schema, or where it stands.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(crate) enum SchemaSource {
    /// The path of a JSON file.
    File(PathBuf),
    /// The schema itself.
    Inline(serde_json::Map<String, serde_json::Value>),
}
