//! What a service is told about its request, in the encoding that its language reads: one JSON object,
//! name/value pairs, or assignments for bash. Pure; knows no HTTP and no process.
//!
//! Every encoding carries the same four sections: `env` (the request's own environment), `params`, `req` and
//! `service`. The two flat encodings (pairs and shell) share these rules for parameters:
//!
//! - The *text* of a value: a text is itself, a JSON string is decoded, a number, `true` and `false` are what was
//!   written, `null` is empty; a list, a map and a file are their JSON text. A string with half of a surrogate
//!   pair, which UTF-8 cannot hold, is refused ([`Kind::BadParameters`](crate::failure::Kind)).
//! - The *map* has every top-level name, exactly as it came, and below lists, maps and files every value by its
//!   path as a form would write it: `a[b]`, `l[0]`, `f[path]`. A top-level name that reads like such a path wins
//!   over it, and otherwise the first of equal paths.
//! - A *flat name* belongs to every value whose path consists of `[A-Za-z0-9_]+` alone: the keys joined by `_`, so
//!   `foo`, `a_b`, `l_0`, and `f_path`, `f_filename`, `f_type`, `f_size` for a file. A top-level name wins over a
//!   nested one, and otherwise the first over the later ones.
//! - Nested values are given down to five levels below the top, with paths up to 1,024 bytes, and 1,000 of them at
//!   most: a list or map with more than are left is not taken apart. Nested lists and maps have their own JSON
//!   text while these texts together stay within 1 MiB. What lies beyond is in the JSON text of the top-level
//!   value, which is always whole.
//!
//! # JSON
//!
//! ```json
//! {"env":{},"params":{},"req":{"method":"GET","url":"/?a=1","path":"/","query":"a=1","headers":{},
//!  "host":"localhost:3000","httpVersion":"1.1","connection":{"remoteAddress":"127.0.0.1"},"id":"…",
//!  "deadline":null},"service":{"name":"python","path":"/srv/echo.py","language":"python"},"files":{}}
//! ```
//!
//! A file is `{"filename":…,"type":…,"size":…,"path":…}` in `params`; `files` has the `path` of each under its path in
//! the map (`f`, `a[f]`). Fields and JSON can imitate the first, never the second. A JSON value of the body is spliced
//! as it was written.
//!
//! With names, a section `"flat":{"NAME":"text"}` follows: every flat name, top-level ones too.
//!
//! # Pairs
//!
//! Lines of `name TAB value NL`. In both, a backslash is `\\`, NL is `\n`, TAB is `\t`, CR is `\r` and NUL is
//! `\0`; all else is raw UTF-8. A name is its section, a dot, and all the rest of the name, dots included:
//!
//! - `env.NAME`; `req.method`, `req.url`, `req.path`, `req.query`, `req.headers.NAME`, `req.host`,
//!   `req.httpVersion`, `req.connection.remoteAddress`, `req.id`, `req.deadline`; `service.name`, `service.path`,
//!   `service.language`. What is not there has an empty value.
//! - `params.KEY`: the entries of the map.
//! - `flat.NAME`: the flat names, top-level ones too; each stands for a variable `Hook_params_NAME`.
//! - `files.KEY`: where an uploaded file stands, by its path in the map. No field can put a line here, while text
//!   fields can imitate the entries `f[path]` and `f[size]`.
//!
//! # Shell
//!
//! Commands that `source` runs, at the top or inside a function, in bash 4.3 or newer. They consist of nothing but
//! `declare -g`, `export`, assignments and one `unset`; values stand in single quotes, and so do keys that are more
//! than letters, digits, `_`, `-` and `.`. They define:
//!
//! - `NAME`, exported, for every name of `env` that is an identifier. (`Hook_env_NAME` is not defined here: it
//!   covers the inherited environment as well, and so is the bridge's to define.)
//! - `Hook_req_method`, `_url`, `_path`, `_query`, `_host`, `_httpVersion`, `_connection_remoteAddress`, `_id`,
//!   `_deadline` (the last empty without a deadline), and `Hook_service_name`, `_path`, `_language`.
//! - `Hook_req_headers`: an associative array by lower-case header name.
//! - `Hook_params`: an associative array, the map. Bash cannot hold an empty key: that one is left out.
//! - `Hook_params_NAME` for every flat name.
//! - `Hook_files`: an associative array from a file's path in the map (`f`, `a[f]`) to where it stands on disk. No
//!   field can put an entry here, while a text field named `f_path` does set `Hook_params_f_path`.
//! - The other spellings: `hook_…` for each `Hook_…` above, and `Hook_input_…` and `hook_input_…` for each
//!   `Hook_req_…`; `Hook_req_params` and its three spellings stand for `Hook_params`. Arrays and parameters have
//!   them as namerefs, which hold no second copy of the value; the rest are variables of their own.
//!
//! `Hook_params`, `Hook_req_headers` and `Hook_files` always exist, empty where there is nothing.
//! Bash cannot hold a NUL: it is refused ([`Kind::BadParameters`](crate::failure::Kind)), naming the parameter.

mod flat;
mod json;
mod pairs;
mod shell;
#[cfg(test)]
mod tests;

use self::pairs::Nul;
use crate::{failure::Failure, params::Map, service::Format};

/// Everything that a service is told, by reference to where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Document<'a> {
    /// What the request adds to the environment.
    pub(crate) env: &'a [(String, String)],
    /// Its parameters.
    pub(crate) params: &'a Map,
    /// The request itself.
    pub(crate) request: &'a Request,
    /// The service that answers it.
    pub(crate) service: Words<'a>,
}

/// The facts of a request, as text.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// As it came: `GET`.
    pub(crate) method: String,
    /// Path and query as they came.
    pub(crate) url: String,
    /// The path alone.
    pub(crate) path: String,
    /// The query as it came, without its question mark; empty when there is none.
    pub(crate) query: String,
    /// By lower-case name, each name once.
    pub(crate) headers: Vec<(String, String)>,
    /// What the client takes this server for, with the port that it used.
    pub(crate) host: String,
    /// `1.0`, `1.1` or `2.0`.
    pub(crate) http_version: &'static str,
    /// The address of the client, without its port.
    pub(crate) remote_address: String,
    /// The identifier that the log has too.
    pub(crate) id: String,
    /// When the request will be ended, in milliseconds of Unix time.
    pub(crate) deadline: Option<u64>,
}

/// The service, as its own scripts may know it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a> {
    /// What it is called.
    pub(crate) name: &'a str,
    /// The script, where there is one.
    pub(crate) path: Option<&'a str>,
    /// The language's name; empty for a program.
    pub(crate) language: &'a str,
}

impl Document<'_> {
    /// The document in that encoding.
    ///
    /// # Errors
    /// [`Kind::BadParameters`](crate::failure::Kind) for a parameter that the encoding cannot carry: half of a
    /// surrogate pair where there are flat names, and a NUL where the language cannot hold one. JSON alone carries
    /// everything.
    pub(crate) fn encode(&self, format: Format) -> Result<Vec<u8>, Failure> {
        match format {
            Format::Json => Ok(json::encode(self)),
            Format::JsonWithNames => json::encode_with_names(self),
            Format::Pairs => pairs::encode(self, Nul::Escaped),
            Format::PairsWithoutNul => pairs::encode(self, Nul::Refused),
            Format::Shell => shell::encode(self),
        }
    }
}
