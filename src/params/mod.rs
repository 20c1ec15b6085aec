//! Parameters as data: what query, form, JSON and multipart bodies become. Pure; knows no HTTP.
//!
//! One rule for all of them: brackets nest (`a[b]=c`), repetition makes a list (`x=1&x=2`, `l[]=1`),
//! and what nests deeper than five levels stays literal.

mod allowance;
mod body;
pub(crate) mod json;
mod nest;
pub(crate) mod urlencoded;

use indexmap::IndexMap;
use serde_json::value::RawValue;

pub(crate) use self::{allowance::Allowance, body::of_body, nest::nest};

/// Named values in the order in which they came.
pub(crate) type Map = IndexMap<String, Value>;

/// One parameter.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A field of a query, a form or a multipart body.
    Text(String),
    /// Any JSON value as it was written, so that numbers keep their digits.
    Json(Box<RawValue>),
    /// What repetition made.
    List(Vec<Value>),
    /// What brackets made.
    Map(Map),
    /// An uploaded file.
    File(File),
}

/// An uploaded file, spooled to a private place of the request.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// The client's name for it: data, never part of a path here.
    pub(crate) filename: String,
    /// The media type that the client declared; empty when it declared none.
    pub(crate) media_type: String,
    /// Its length in bytes.
    pub(crate) size: u64,
    /// Where it stands while the request runs; always valid UTF-8.
    pub(crate) path: String,
}

/// All parameters of a request: those of the path win over the body's, and the body's over the query's.
///
/// A top-level name is taken whole from one source: maps of the same name are not mixed.
pub(crate) fn merge(mut query: Map, body: Map, path: Map) -> Map {
    query.extend(body);
    query.extend(path);
    query
}

/// A client's name for a message: quoted, escaped and cut to a length that a line can bear.
pub(crate) fn shown(name: &str) -> String {
    const LONGEST: usize = 60;
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &name[..end]),
        None => format!("{name:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Map, Value, merge, shown};

    fn map(fields: &[(&str, &str)]) -> Map {
        fields.iter().map(|&(name, value)| (name.to_owned(), Value::Text(value.to_owned()))).collect()
    }

    #[test]
    fn row_33_the_path_wins_over_the_body_and_the_body_over_the_query() {
        let query = map(&[("a", "query"), ("b", "query"), ("c", "query")]);
        let body = map(&[("b", "body"), ("c", "body")]);
        let merged = merge(query, body, map(&[("c", "path")]));
        let values: Vec<_> = merged
            .iter()
            .map(|(name, value)| match value {
                Value::Text(text) => (name.as_str(), text.as_str()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(values, [("a", "query"), ("b", "body"), ("c", "path")]);
    }

    #[test]
    fn names_in_messages_are_escaped_and_cut() {
        assert_eq!(shown("a\u{1b}\n\""), r#""a\u{1b}\n\"""#);
        assert_eq!(shown(&"é".repeat(10_000)), format!("\"{}\"…", "é".repeat(60)));
    }
}
