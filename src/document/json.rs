//! The document as one JSON object, and a parameter as JSON text.

use crate::{
    document::{Document, flat},
    failure::Failure,
    params::{File, Map, Value},
};

/// The document, and the flat names of its parameters.
pub(super) fn encode_with_names(document: &Document<'_>) -> Result<Vec<u8>, Failure> {
    let entries = flat::entries(document.params)?;
    let mut out = encode(document);
    out.pop();
    out.extend_from_slice(b",\"flat\":");
    texts(&mut out, entries.iter().filter_map(|entry| Some((entry.name.as_deref()?, entry.text.as_ref()))));
    out.push(b'}');
    Ok(out)
}

pub(super) fn encode(document: &Document<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(4_096);
    out.extend_from_slice(b"{\"env\":");
    texts(&mut out, borrowed(document.env));
    out.extend_from_slice(b",\"params\":");
    map(&mut out, document.params);
    out.extend_from_slice(b",\"req\":");
    request(&mut out, document);
    out.extend_from_slice(b",\"service\":");
    service(&mut out, document);
    out.extend_from_slice(b",\"files\":");
    let mut files = Vec::new();
    document.params.iter().for_each(|(name, value)| find_files(&mut files, name, value));
    texts(&mut out, borrowed(&files));
    out.push(b'}');
    out
}

/// Where the uploaded files in a value stand, each under its path in the map.
fn find_files(files: &mut Vec<(String, String)>, path: &str, value: &Value) {
    match value {
        Value::File(file) => files.push((path.to_owned(), file.path.clone())),
        Value::Map(map) => {
            map.iter().for_each(|(key, member)| find_files(files, &format!("{path}[{key}]"), member));
        }
        Value::List(list) => {
            list.iter().enumerate().for_each(|(at, item)| find_files(files, &format!("{path}[{at}]"), item));
        }
        Value::Text(_) | Value::Json(_) => {}
    }
}

/// A parameter as JSON text.
pub(super) fn text_of(parameter: &Value) -> String {
    let mut out = Vec::new();
    value(&mut out, parameter);
    String::from_utf8(out).expect("JSON that is made of text is UTF-8")
}

fn request(out: &mut Vec<u8>, document: &Document<'_>) {
    let request = document.request;
    let leading = [
        ("{\"method\":", &request.method),
        (",\"url\":", &request.url),
        (",\"path\":", &request.path),
        (",\"query\":", &request.query),
    ];
    for (name, text) in leading {
        member(out, name, text);
    }
    out.extend_from_slice(b",\"headers\":");
    texts(out, borrowed(&request.headers));
    member(out, ",\"host\":", &request.host);
    member(out, ",\"httpVersion\":", request.http_version);
    member(out, ",\"connection\":{\"remoteAddress\":", &request.remote_address);
    member(out, "},\"id\":", &request.id);
    out.extend_from_slice(b",\"deadline\":");
    match request.deadline {
        Some(deadline) => out.extend_from_slice(deadline.to_string().as_bytes()),
        None => out.extend_from_slice(b"null"),
    }
    out.push(b'}');
}

fn service(out: &mut Vec<u8>, document: &Document<'_>) {
    let service = document.service;
    member(out, "{\"name\":", service.name);
    match service.path {
        Some(path) => member(out, ",\"path\":", path),
        None => out.extend_from_slice(b",\"path\":null"),
    }
    member(out, ",\"language\":", service.language);
    out.push(b'}');
}

fn map(out: &mut Vec<u8>, map: &Map) {
    let mut opening = b'{';
    for (name, parameter) in map {
        out.push(opening);
        opening = b',';
        string(out, name);
        out.push(b':');
        value(out, parameter);
    }
    close(out, opening, b"{}");
}

fn value(out: &mut Vec<u8>, parameter: &Value) {
    match parameter {
        Value::Text(text) => string(out, text),
        Value::Json(json) => out.extend_from_slice(json.get().as_bytes()),
        Value::List(items) => list(out, items),
        Value::Map(members) => map(out, members),
        Value::File(upload) => file(out, upload),
    }
}

fn list(out: &mut Vec<u8>, items: &[Value]) {
    let mut opening = b'[';
    for item in items {
        out.push(opening);
        opening = b',';
        value(out, item);
    }
    close(out, opening, b"[]");
}

fn file(out: &mut Vec<u8>, file: &File) {
    member(out, "{\"filename\":", &file.filename);
    member(out, ",\"type\":", &file.media_type);
    out.extend_from_slice(b",\"size\":");
    out.extend_from_slice(file.size.to_string().as_bytes());
    member(out, ",\"path\":", &file.path);
    out.push(b'}');
}

fn texts<'a>(out: &mut Vec<u8>, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
    let mut opening = b'{';
    for (name, text) in pairs {
        out.push(opening);
        opening = b',';
        string(out, name);
        out.push(b':');
        string(out, text);
    }
    close(out, opening, b"{}");
}

fn borrowed(pairs: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    pairs.iter().map(|(name, text)| (name.as_str(), text.as_str()))
}

/// Closes what was opened by its first part, or writes both ends where there was none.
fn close(out: &mut Vec<u8>, opening: u8, ends: &[u8; 2]) {
    match opening {
        b',' => out.push(ends[1]),
        _ => out.extend_from_slice(ends),
    }
}

/// A text behind the punctuation and the name that stand before it.
fn member(out: &mut Vec<u8>, before: &str, text: &str) {
    out.extend_from_slice(before.as_bytes());
    string(out, text);
}

fn string(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("text is written to memory without an error");
}
