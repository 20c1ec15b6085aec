//! The document as lines of a name, a tab and a value.

use crate::{
    document::{
        Document,
        flat::{self, Entry},
    },
    failure::{Failure, Kind},
    params::shown,
};

/// What becomes of a NUL in a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nul {
    Escaped,
    Refused,
}

pub(super) fn encode(document: &Document<'_>, nul: Nul) -> Result<Vec<u8>, Failure> {
    let request = document.request;
    let deadline = request.deadline.map(|deadline| deadline.to_string()).unwrap_or_default();
    let mut out = Vec::with_capacity(4_096);
    for (name, value) in document.env {
        line(&mut out, &["env.", name], value);
    }
    for (name, value) in flat::facts(request, &deadline) {
        line(&mut out, &["req.", name], value);
    }
    for (name, value) in &request.headers {
        line(&mut out, &["req.headers.", name], value);
    }
    for (name, value) in flat::words(document.service) {
        line(&mut out, &["service.", name], value);
    }
    for entry in flat::entries(document.params)? {
        if nul == Nul::Refused {
            refuse_nul(&entry)?;
        }
        if entry.in_map {
            line(&mut out, &["params.", &entry.path], &entry.text);
        }
        if let Some(name) = &entry.name {
            line(&mut out, &["flat.", name], &entry.text);
        }
        if let Some(file) = entry.file {
            line(&mut out, &["files.", &entry.path], file);
        }
    }
    Ok(out)
}

fn refuse_nul(entry: &Entry<'_>) -> Result<(), Failure> {
    if !entry.path.contains('\0') && !entry.text.contains('\0') {
        return Ok(());
    }
    let message = format!(
        "the parameter {} holds a NUL character, which the service's language cannot carry",
        shown(&entry.path)
    );
    Err(Failure::new(Kind::BadParameters, message))
}

fn line(out: &mut Vec<u8>, name: &[&str; 2], value: &str) {
    for part in name {
        escape(out, part);
    }
    out.push(b'\t');
    escape(out, value);
    out.push(b'\n');
}

fn escape(out: &mut Vec<u8>, text: &str) {
    let mut plain = text.as_bytes();
    while let Some((position, letter)) = plain.iter().enumerate().find_map(special) {
        out.extend_from_slice(&plain[..position]);
        out.extend_from_slice(&[b'\\', letter]);
        plain = &plain[position + 1..];
    }
    out.extend_from_slice(plain);
}

fn special((position, byte): (usize, &u8)) -> Option<(usize, u8)> {
    let letter = match byte {
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\t' => b't',
        b'\r' => b'r',
        b'\0' => b'0',
        _ => return None,
    };
    Some((position, letter))
}
