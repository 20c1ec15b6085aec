//! The messages, and one line as messages.

use crate::{
    control::{envelope, field},
    params::shown,
};

/// One thing that a service says. Names are tokens, and values are free of control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "the variants are named as the contract names the messages")]
pub(crate) enum Message {
    /// `setHeader`, with `name` and `value`: in place of all earlier ones of that name.
    SetHeader { name: String, values: Vec<String> },
    /// `appendHeader`, with `name` and `value`: beside those of that name.
    AppendHeader { name: String, values: Vec<String> },
    /// `removeHeader`, with `name`.
    RemoveHeader { name: String },
    /// `writeHead`, with `code` or `statusCode`, perhaps a `message`, and `headers`: an object or a list of
    /// pairs. They stand in place of all earlier ones of their names; a name may come more than once.
    WriteHead { code: u16, message: Option<String>, headers: Vec<(String, String)> },
    /// `status` and `statusCode`, with `value`, `code` or `statusCode`.
    Status { code: u16 },
    /// `statusMessage`, with `value` or `message`.
    StatusMessage { text: String },
    /// `addTrailers`, with `trailers` in the forms that `headers` has.
    AddTrailers { trailers: Vec<(String, String)> },
    /// `writeContinue`.
    WriteContinue,
    /// `log`, with `text`, `message` or `value`; any other payload is its JSON text.
    Log { text: String },
    /// `error`, with `error`, `message` or `text`; any other payload is its JSON text.
    Error { text: String },
    /// `end`: the answer is complete and a success.
    End,
}

/// What a line came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Message(Message),
    /// Nothing was done, for this reason: a short text without control characters.
    Ignored(String),
}

/// Reads one line without its newline.
pub(super) fn read(line: &[u8], lines: &mut Vec<Line>) {
    let line = line.trim_ascii();
    if line.is_empty() {
        return;
    }
    let Ok(text) = std::str::from_utf8(line) else {
        let start = String::from_utf8_lossy(line);
        lines.push(Line::Ignored(format!("a control line is not UTF-8: {}", shown(&start))));
        return;
    };
    let read = if text.starts_with('{') { envelope::read(text, lines) } else { field::read(text) };
    lines.push(match read {
        Ok(message) => Line::Message(message),
        Err(reason) => Line::Ignored(reason),
    });
}
