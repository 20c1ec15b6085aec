//! Parameters for languages without a JSON reader: each value as text, under a map key and a flat name.
//! The rules stand in the documentation of [`crate::document`].

use std::{borrow::Cow, collections::HashSet};

use indexmap::IndexMap;
use serde_json::value::RawValue;

use crate::{
    document::{Request, Words, json as written},
    failure::{Failure, Kind},
    params::{File, Map, Value, json, shown},
};

/// How many levels below the top are taken apart.
const DEEPEST: usize = 5;
/// How many nested values there may be.
const NESTED: usize = 1_000;
/// How long the path of a nested value may be.
const LONGEST_PATH: usize = 1_024;
/// How much JSON text nested lists and maps may have together.
const NESTED_TEXT: usize = 1 << 20;

/// One value.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// Its path: a top-level name, or one with brackets.
    pub(super) path: Cow<'a, str>,
    /// Whether the map has it under that path; otherwise another value has it.
    pub(super) in_map: bool,
    /// The flat name that it has to itself.
    pub(super) name: Option<Cow<'a, str>>,
    /// What it is.
    pub(super) text: Cow<'a, str>,
    /// Where it stands, when it is an uploaded file.
    pub(super) file: Option<&'a str>,
}

/// Every value that the map or a flat name has: each top-level one, followed by what is nested in it.
pub(super) fn entries(params: &Map) -> Result<Vec<Entry<'_>>, Failure> {
    let mut flat =
        Flat { params, entries: Vec::with_capacity(params.len()), taken: HashSet::new(), nested: 0, text: 0 };
    for (name, value) in params {
        let node = Node::Value(value);
        let flat_name = is_flat(name).then_some(Cow::Borrowed(name.as_str()));
        flat.entries.push(Entry {
            path: Cow::Borrowed(name),
            in_map: true,
            name: flat_name.clone(),
            text: node.text(name)?,
            file: node.file(),
        });
        flat.take_apart(&Place { path: name, name: flat_name, depth: 0 }, &node)?;
    }
    Ok(flat.entries)
}

/// The facts of a request that have one value each, under their names in `req`.
pub(super) fn facts<'a>(request: &'a Request, deadline: &'a str) -> [(&'static str, &'a str); 9] {
    [
        ("method", &request.method),
        ("url", &request.url),
        ("path", &request.path),
        ("query", &request.query),
        ("host", &request.host),
        ("httpVersion", request.http_version),
        ("connection.remoteAddress", &request.remote_address),
        ("id", &request.id),
        ("deadline", deadline),
    ]
}

/// The facts of a service, under their names in `service`.
pub(super) fn words<'a>(service: Words<'a>) -> [(&'static str, &'a str); 3] {
    [("name", service.name), ("path", service.path.unwrap_or_default()), ("language", service.language)]
}

/// Whether a key can be part of a variable's name.
pub(super) fn is_flat(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

struct Flat<'a> {
    params: &'a Map,
    entries: Vec<Entry<'a>>,
    /// The paths and the flat names of nested values; those of top-level ones are in `params`.
    taken: HashSet<String>,
    /// How many nested values there were.
    nested: usize,
    /// How much JSON text nested lists and maps had.
    text: usize,
}

/// Where a value stands.
struct Place<'p, 'a> {
    path: &'p str,
    /// Its keys joined by `_`, when every one of them can be part of a variable's name.
    name: Option<Cow<'a, str>>,
    depth: usize,
}

impl<'a> Flat<'a> {
    fn take_apart(&mut self, place: &Place<'_, 'a>, node: &Node<'a>) -> Result<(), Failure> {
        if place.depth == DEEPEST {
            return Ok(());
        }
        let parts = node.parts(NESTED - self.nested);
        self.nested += parts.len();
        for (key, part) in parts {
            let path = format!("{}[{key}]", place.path);
            if path.len() > LONGEST_PATH {
                continue;
            }
            let name = place.name.as_ref().filter(|_| is_flat(&key)).map(|name| format!("{name}_{key}"));
            self.add(&path, name.clone(), &part)?;
            self.take_apart(
                &Place { path: &path, name: name.map(Cow::Owned), depth: place.depth + 1 },
                &part,
            )?;
        }
        Ok(())
    }

    fn add(&mut self, path: &str, name: Option<String>, node: &Node<'a>) -> Result<(), Failure> {
        let text = node.text(path)?;
        if node.is_taken_apart() {
            if self.text + text.len() > NESTED_TEXT {
                return Ok(());
            }
            self.text += text.len();
        }
        let in_map = self.is_free(path);
        let name = name.filter(|name| self.is_free(name)).map(Cow::Owned);
        self.entries.push(Entry { path: Cow::Owned(path.to_owned()), in_map, name, text, file: node.file() });
        Ok(())
    }

    /// Takes a path or a flat name, which are never equal, for a nested value.
    fn is_free(&mut self, name: &str) -> bool {
        !self.params.contains_key(name) && self.taken.insert(name.to_owned())
    }
}

/// A value, whether fields made it or JSON.
enum Node<'a> {
    Value(&'a Value),
    Json(&'a RawValue),
    Text(Cow<'a, str>),
}

impl<'a> Node<'a> {
    fn text(&self, path: &str) -> Result<Cow<'a, str>, Failure> {
        match self {
            Self::Value(Value::Text(text)) => Ok(Cow::Borrowed(text)),
            Self::Value(Value::Json(json)) => json_text(json, path),
            Self::Value(value) => Ok(Cow::Owned(written::text_of(value))),
            Self::Json(json) => json_text(json, path),
            Self::Text(text) => Ok(text.clone()),
        }
    }

    fn file(&self) -> Option<&'a str> {
        match self {
            Self::Value(Value::File(file)) => Some(&file.path),
            _ => None,
        }
    }

    fn is_taken_apart(&self) -> bool {
        match self {
            Self::Value(Value::Json(json)) => json.get().starts_with(['[', '{']),
            Self::Json(json) => json.get().starts_with(['[', '{']),
            Self::Value(value) => !matches!(value, Value::Text(_)),
            Self::Text(_) => false,
        }
    }

    /// What stands in a list, a map or a file; nothing for other values, and when it is over `limit`.
    fn parts(&self, limit: usize) -> Vec<(Cow<'a, str>, Self)> {
        let parts = match self {
            Self::Value(Value::List(list)) if list.len() <= limit => numbered(list.iter().map(Node::Value)),
            Self::Value(Value::Map(map)) if map.len() <= limit => {
                map.iter().map(|(key, value)| (Cow::Borrowed(key.as_str()), Node::Value(value))).collect()
            }
            Self::Value(Value::File(file)) => file_parts(file),
            Self::Value(Value::Json(json)) => json_parts(json, limit),
            Self::Json(json) => json_parts(json, limit),
            Self::Value(Value::Text(_) | Value::List(_) | Value::Map(_)) | Self::Text(_) => Vec::new(),
        };
        if parts.len() <= limit { parts } else { Vec::new() }
    }
}

fn numbered<'a>(items: impl Iterator<Item = Node<'a>>) -> Vec<(Cow<'a, str>, Node<'a>)> {
    items.enumerate().map(|(index, item)| (Cow::Owned(index.to_string()), item)).collect()
}

fn file_parts(file: &File) -> Vec<(Cow<'_, str>, Node<'_>)> {
    let parts = [
        ("path", Cow::Borrowed(file.path.as_str())),
        ("filename", Cow::Borrowed(file.filename.as_str())),
        ("type", Cow::Borrowed(file.media_type.as_str())),
        ("size", Cow::Owned(file.size.to_string())),
    ];
    parts.into_iter().map(|(key, text)| (Cow::Borrowed(key), Node::Text(text))).collect()
}

fn json_parts(value: &RawValue, limit: usize) -> Vec<(Cow<'_, str>, Node<'_>)> {
    match value.get().as_bytes() {
        [b'[', ..] => match json::items(value, limit) {
            Ok(Some(items)) => numbered(items.into_iter().map(Node::Json)),
            _ => Vec::new(),
        },
        [b'{', ..] => match json::members(value, limit) {
            Ok(Some(members)) => {
                let last: IndexMap<_, _> = members.into_iter().collect();
                last.into_iter().map(|(key, member)| (Cow::Owned(key), Node::Json(member))).collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn json_text<'a>(value: &'a RawValue, path: &str) -> Result<Cow<'a, str>, Failure> {
    let written = value.get();
    if written == "null" {
        return Ok(Cow::Borrowed(""));
    }
    if !written.starts_with('"') {
        return Ok(Cow::Borrowed(written));
    }
    json::string(value).ok_or_else(|| {
        let message =
            format!("the parameter {} holds half of a surrogate pair, which is no text", shown(path));
        Failure::new(Kind::BadParameters, message)
    })
}
