//! The request that was typed: method, query, headers and data, the same for a service and for a URL.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, Cursor, Read},
    os::unix::ffi::OsStrExt,
};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Uri,
    header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING, USER_AGENT},
};

use crate::{
    cli::{args::RequestFlags, streams::Input},
    error::{Error, ErrorKind},
};

/// What data are when no header says so, as with curl.
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

const AGENT: HeaderValue = HeaderValue::from_static(concat!("stack/", env!("CARGO_PKG_VERSION")));

/// Whom the request is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) host: &'a str,
    /// Path and query.
    pub(super) target: &'a str,
}

/// Makes the request; its files are opened, and nothing of them is read yet.
pub(super) fn request(flags: &RequestFlags, asked: Asked<'_>) -> Result<Request<Input>, Error> {
    let mut request = Request::new(());
    *request.method_mut() = method(flags)?;
    *request.uri_mut() = uri(asked.target, &flags.query)?;
    let body = body(&flags.data)?;
    let mut defaults = HeaderMap::new();
    let host = HeaderValue::from_str(asked.host).map_err(|_| invalid(asked.host, "is no host"))?;
    defaults.insert(HOST, host);
    defaults.insert(ACCEPT, HeaderValue::from_static("*/*"));
    defaults.insert(USER_AGENT, AGENT);
    if !flags.data.is_empty() {
        defaults.insert(CONTENT_TYPE, FORM);
    }
    *request.headers_mut() = headers(defaults, &flags.header)?;
    if let (false, Some(length)) = (flags.data.is_empty(), body.length()) {
        request.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    Ok(request.map(|()| body))
}

fn method(flags: &RequestFlags) -> Result<Method, Error> {
    match &flags.method {
        Some(method) => method.parse().map_err(|_| invalid(method, "is no method")),
        None if flags.data.is_empty() => Ok(Method::GET),
        None => Ok(Method::POST),
    }
}

/// The target with the parameters behind what query it has.
fn uri(target: &str, query: &[OsString]) -> Result<Uri, Error> {
    if !target.starts_with('/') {
        return Err(invalid(target, "is no path").remedy("a path begins with a slash, as in --path /x"));
    }
    let mut uri = target.split_once('#').map_or(target, |(target, _)| target).to_owned();
    for parameter in query {
        uri.push(if uri.contains('?') { '&' } else { '?' });
        let bytes = parameter.as_bytes();
        let (name, value) = match bytes.iter().position(|&byte| byte == b'=') {
            Some(at) => (&bytes[..at], Some(&bytes[at + 1..])),
            None => (bytes, None),
        };
        encode(name, &mut uri);
        if let Some(value) = value {
            uri.push('=');
            encode(value, &mut uri);
        }
    }
    uri.parse().map_err(|_| {
        invalid(target, "is no path").remedy("write what is special in it as in %20; -q does so by itself")
    })
}

/// Percent-encodes all but what RFC 3986 calls unreserved, so that `&` and `+` are themselves.
fn encode(bytes: &[u8], uri: &mut String) {
    for &byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
}

/// The headers that were typed, and those of the defaults that were not. One without a value takes a default
/// away.
fn headers(mut headers: HeaderMap, typed: &[OsString]) -> Result<HeaderMap, Error> {
    let typed = typed.iter().map(|line| header(line)).collect::<Result<Vec<_>, _>>()?;
    for (name, _) in &typed {
        headers.remove(name);
    }
    for (name, value) in typed {
        if !value.is_empty() {
            headers.append(name, value);
        }
    }
    Ok(headers)
}

fn header(line: &OsStr) -> Result<(HeaderName, HeaderValue), Error> {
    let refused = || {
        invalid(&line.to_string_lossy(), "is no header").remedy("write -H 'Name: value', or 'Name:' for none")
    };
    let bytes = line.as_bytes();
    let colon = bytes.iter().position(|&byte| byte == b':').ok_or_else(refused)?;
    let name = HeaderName::from_bytes(&bytes[..colon]).map_err(|_| refused())?;
    let value = HeaderValue::from_bytes(bytes[colon + 1..].trim_ascii()).map_err(|_| refused())?;
    match name {
        // Two opinions about where a body ends are how requests are smuggled.
        CONTENT_LENGTH | TRANSFER_ENCODING => {
            Err(invalid(name.as_str(), "follows from the data").remedy("leave it out"))
        }
        _ => Ok((name, value)),
    }
}

/// The data, one piece after the other with `&` between, as curl joins them.
fn body(data: &[OsString]) -> Result<Input, Error> {
    let mut pieces = data.iter().map(|text| piece(text));
    let Some(first) = pieces.next() else { return Ok(Input::empty()) };
    let whole =
        pieces.try_fold(first?, |before, next| next.map(|next| before.and(Piece::text(b"&")).and(next)))?;
    if whole.length == Some(0) {
        return Ok(Input::empty());
    }
    Input::new(whole.source, whole.length).map_err(|error| Error::system("cannot read the data", error))
}

/// A part of the body.
struct Piece {
    source: Box<dyn Read + Send>,
    length: Option<u64>,
}

impl Piece {
    fn text(text: &[u8]) -> Self {
        Self { source: Box::new(Cursor::new(text.to_owned())), length: Some(text.len() as u64) }
    }

    fn and(self, next: Self) -> Self {
        let length = self.length.zip(next.length).map(|(first, second)| first + second);
        Self { source: Box::new(self.source.chain(next.source)), length }
    }
}

/// `TEXT`, `@FILE`, or `@-`.
fn piece(data: &OsStr) -> Result<Piece, Error> {
    match data.as_bytes().strip_prefix(b"@") {
        None => Ok(Piece::text(data.as_bytes())),
        Some(b"-") => Ok(Piece { source: Box::new(io::stdin()), length: None }),
        Some(path) => file(OsStr::from_bytes(path)),
    }
}

fn file(path: &OsStr) -> Result<Piece, Error> {
    let shown = path.display();
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            Error::new(ErrorKind::MissingFile, format!("there is no file {shown} to send"))
        }
        _ => Error::system(format!("cannot read {shown}"), error),
    };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(Error::new(
            ErrorKind::InvalidSetting,
            format!("{shown} is a folder, and cannot be sent"),
        ));
    }
    let length = metadata.is_file().then_some(metadata.len());
    // A file that grows meanwhile is sent as long as it was.
    Ok(Piece { source: Box::new(file.take(length.unwrap_or(u64::MAX))), length })
}

fn invalid(text: &str, why: &str) -> Error {
    Error::new(ErrorKind::InvalidSetting, format!("{text} {why}"))
}

#[cfg(test)]
mod tests;
