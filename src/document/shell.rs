//! The document as assignments that bash sources.
//!
//! A client chooses values, which stand in single quotes; keys of associative arrays, which reach their subscript
//! through a variable unless they are plain words; and the ends of variable names, which are nothing but
//! `[A-Za-z0-9_]+` behind a prefix. A subscript that is one `$name` is expanded once and never looked at again in
//! any version of bash, while quotes in a subscript have not been that safe in all of them.

use crate::{
    document::{
        Document,
        flat::{self, Entry, is_flat},
    },
    failure::{Failure, Kind},
    params::shown,
};

/// The arrays, and their other spellings.
const PREAMBLE: &str = "\
declare -gA Hook_req_headers=() Hook_params=() Hook_files=()
declare -gn hook_req_headers=Hook_req_headers hook_params=Hook_params hook_files=Hook_files \
Hook_input_headers=Hook_req_headers hook_input_headers=Hook_req_headers \
Hook_req_params=Hook_params hook_req_params=Hook_params \
Hook_input_params=Hook_params hook_input_params=Hook_params
";

/// How the names of a request's facts begin.
const REQUEST: [&str; 4] = ["Hook_req_", "hook_req_", "Hook_input_", "hook_input_"];
/// How the names of a service's facts begin.
const SERVICE: [&str; 2] = ["Hook_service_", "hook_service_"];

pub(super) fn encode(document: &Document<'_>) -> Result<Vec<u8>, Failure> {
    let mut out = String::with_capacity(8_192);
    out.push_str(PREAMBLE);
    environment(&mut out, document.env)?;
    request(&mut out, document)?;
    let entries = flat::entries(document.params)?;
    for entry in &entries {
        parameter(&mut out, entry)?;
    }
    spellings(&mut out, &entries);
    out.push_str("unset -v _stack_key\n");
    Ok(out.into_bytes())
}

fn environment(out: &mut String, env: &[(String, String)]) -> Result<(), Failure> {
    let mut before = "export";
    for (name, value) in env.iter().filter(|(name, _)| is_identifier(name)) {
        push(out, &[before, " ", name, "="]);
        quote(out, value).map_err(|Nul| refused(&format!("the environment variable {}", shown(name))))?;
        before = "";
    }
    end(out, before);
    Ok(())
}

fn request(out: &mut String, document: &Document<'_>) -> Result<(), Failure> {
    let deadline = document.request.deadline.map(|deadline| deadline.to_string()).unwrap_or_default();
    for (name, value) in flat::facts(document.request, &deadline) {
        fact(out, &REQUEST, &name.replace('.', "_"), value)?;
    }
    for (name, value) in flat::words(document.service) {
        fact(out, &SERVICE, name, value)?;
    }
    for (name, value) in &document.request.headers {
        let nul = |Nul| refused(&format!("the header {}", shown(name)));
        subscript(out, "Hook_req_headers", name).map_err(nul)?;
        quote(out, value).map_err(nul)?;
        out.push('\n');
    }
    Ok(())
}

/// One fact under all its spellings. Copies are cheaper for bash than namerefs while the text is short.
fn fact(out: &mut String, spellings: &[&str], name: &str, value: &str) -> Result<(), Failure> {
    for (index, spelling) in spellings.iter().enumerate() {
        push(out, &[spelling, name, "="]);
        match index {
            0 => quote(out, value).map_err(|Nul| refused(&format!("{spelling}{name}")))?,
            _ => push(out, &["$", spellings[0], name]),
        }
        out.push(if index + 1 == spellings.len() { '\n' } else { ' ' });
    }
    Ok(())
}

fn parameter(out: &mut String, entry: &Entry<'_>) -> Result<(), Failure> {
    let nul = |Nul| refused(&format!("the parameter {}", shown(&entry.path)));
    if let Some(name) = &entry.name {
        push(out, &["Hook_params_", name, "="]);
        quote(out, &entry.text).map_err(nul)?;
        out.push('\n');
    }
    if !entry.in_map || entry.path.is_empty() {
        return Ok(());
    }
    subscript(out, "Hook_params", &entry.path).map_err(nul)?;
    match &entry.name {
        Some(name) => push(out, &["$Hook_params_", name]),
        None => quote(out, &entry.text).map_err(nul)?,
    }
    out.push('\n');
    if let Some(path) = entry.file {
        subscript(out, "Hook_files", &entry.path).map_err(nul)?;
        quote(out, path).map_err(nul)?;
        out.push('\n');
    }
    Ok(())
}

fn spellings(out: &mut String, entries: &[Entry<'_>]) {
    let mut before = "declare -gn";
    for name in entries.iter().filter_map(|entry| entry.name.as_deref()) {
        push(out, &[before, " hook_params_", name, "=Hook_params_", name]);
        before = "";
    }
    end(out, before);
}

/// Ends the line of a command whose name stood before its first word, when it had any.
fn end(out: &mut String, before: &str) {
    if before.is_empty() {
        out.push('\n');
    }
}

/// A NUL, which bash cannot hold.
struct Nul;

fn refused(what: &str) -> Failure {
    Failure::new(Kind::BadParameters, format!("{what} holds a NUL character, which bash cannot carry"))
}

/// The left side of an assignment to one element.
fn subscript(out: &mut String, array: &str, key: &str) -> Result<(), Nul> {
    if is_plain(key) {
        push(out, &[array, "[", key, "]="]);
        return Ok(());
    }
    out.push_str("_stack_key=");
    quote(out, key)?;
    push(out, &["\n", array, "[$_stack_key]="]);
    Ok(())
}

/// Whether a key means itself in a subscript without quotes.
fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

fn is_identifier(name: &str) -> bool {
    is_flat(name) && !name.starts_with(|first: char| first.is_ascii_digit())
}

fn quote(out: &mut String, text: &str) -> Result<(), Nul> {
    if text.contains('\0') {
        return Err(Nul);
    }
    if text.is_empty() {
        out.push_str("''");
        return Ok(());
    }
    // A quote stands outside the quotes, so that a run of them costs two bytes each and not four.
    for (index, piece) in text.split('\'').enumerate() {
        if index > 0 {
            out.push_str("\\'");
        }
        if !piece.is_empty() {
            push(out, &["'", piece, "'"]);
        }
    }
    Ok(())
}

fn push(out: &mut String, parts: &[&str]) {
    for part in parts {
        out.push_str(part);
    }
}
