//! The header block with which a CGI program begins its output, by RFC 3875, section 6, and more strictly.
//!
//! A line ends with LF or CRLF, and an empty one ends the block. A field is one line: what HTTP once folded is
//! refused, and so is all that a header cannot hold. An empty value says nothing, as section 6.3 has it.

use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION},
};

use crate::{
    control::is_framing,
    failure::{Failure, Kind},
    params::shown,
};

/// How long the block may be; so long is also what a head may be that is made by messages.
const LONGEST: usize = 64 << 10;
/// How many fields it may have.
const MOST_FIELDS: usize = 256;

/// What cannot be said twice.
const SINGLE: [HeaderName; 4] = [CONTENT_LENGTH, CONTENT_TYPE, LOCATION, STATUS];
const STATUS: HeaderName = HeaderName::from_static("status");

/// What to do about any fault.
const REMEDY: &str = "a CGI program begins its output with fields such as Content-Type: text/plain, and an empty \
                      line; without --cgi all of its output is the body";

/// What a header block says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Block {
    /// Its `Status`, or 302 for a `Location` without one; and the reason phrase, where it is text.
    pub(crate) status: Option<(StatusCode, Option<String>)>,
    /// All other fields, in their order.
    pub(crate) fields: Vec<(HeaderName, HeaderValue)>,
    /// The fields that the server alone may send.
    pub(crate) left_out: Vec<HeaderName>,
    /// How long the block is with its empty line: the body begins there.
    pub(crate) length: usize,
}

/// Why output is no answer of a CGI program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// A sentence without a byte of the output.
    message: String,
    /// The beginning of the line, escaped; the log may have it.
    line: Option<String>,
}

/// Reads a header block as it comes.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    block: Block,
    /// How many lines were read.
    lines: usize,
    /// Where the line begins that has no end yet, and how far its end was looked for.
    start: usize,
    seen: usize,
}

impl Parser {
    /// Reads on in `output`, which is what it was at the last call and perhaps more; nothing while the block goes
    /// on behind it.
    ///
    /// # Errors
    /// As soon as a line is whole that cannot stand in a header block, or too much came without an end.
    pub(crate) fn read(&mut self, output: &[u8]) -> Result<Option<Block>, Fault> {
        while let Some(length) = output[self.seen..].iter().position(|&byte| byte == b'\n') {
            let end = self.seen + length;
            if end >= LONGEST {
                return Err(self.too_long());
            }
            let line = &output[self.start..end];
            (self.start, self.seen) = (end + 1, end + 1);
            self.lines += 1;
            match line.strip_suffix(b"\r").unwrap_or(line) {
                b"" => return self.finish().map(Some),
                line => self.take(line).map_err(|what| self.fault(what, line))?,
            }
        }
        self.seen = output.len();
        if output.len() > LONGEST { Err(self.too_long()) } else { Ok(None) }
    }

    /// The fault of output that ended here.
    pub(crate) fn unfinished(&self) -> Fault {
        let message = match self.seen {
            0 => "the service gave no output, and so no header block".to_owned(),
            _ => format!(
                "the output ended in line {} of the header block, before an empty one",
                self.lines + 1
            ),
        };
        Fault { message, line: None }
    }

    fn take(&mut self, line: &[u8]) -> Result<(), &'static str> {
        check_bytes(line)?;
        if self.lines > MOST_FIELDS {
            return Err("is one more than the 256 that there may be");
        }
        let Some(colon) = line.iter().position(|&byte| byte == b':') else {
            return Err(match line.starts_with(b"HTTP/") {
                true => "is a status line of HTTP, which is the server's to send; write Status: 200 OK",
                false => "has no colon",
            });
        };
        let name =
            HeaderName::from_bytes(&line[..colon]).map_err(|_| "has a name that no header can have")?;
        let value = trimmed(&line[colon + 1..]);
        if value.is_empty() {
            return Ok(());
        }
        if SINGLE.contains(&name) && self.has(&name) {
            return Err("says again what can be said once");
        }
        if name == STATUS {
            self.block.status = Some(status(value)?);
        } else if is_framing(name.as_str()) {
            self.block.left_out.push(name);
        } else if name == CONTENT_LENGTH && !is_length(value) {
            return Err("has a Content-Length that is no length");
        } else {
            let value = HeaderValue::from_bytes(value).map_err(|_| "has a value that no header can have")?;
            self.block.fields.push((name, value));
        }
        Ok(())
    }

    fn has(&self, name: &HeaderName) -> bool {
        (*name == STATUS && self.block.status.is_some())
            || self.block.fields.iter().any(|(known, _)| known == name)
    }

    fn finish(&mut self) -> Result<Block, Fault> {
        let is_redirect = self.has(&LOCATION);
        if !is_redirect && !self.has(&STATUS) && !self.has(&CONTENT_TYPE) {
            let message = "the header block has neither Content-Type nor Location nor Status".to_owned();
            return Err(Fault { message, line: None });
        }
        let mut block = std::mem::take(&mut self.block);
        block.status = block.status.or(is_redirect.then_some((StatusCode::FOUND, None)));
        block.length = self.start;
        Ok(block)
    }

    fn too_long(&self) -> Fault {
        let message = format!("the header block is longer than 64 KiB, in its line {}", self.lines + 1);
        Fault { message, line: None }
    }

    fn fault(&self, what: &str, line: &[u8]) -> Fault {
        // Enough for what is shown of it.
        let line = String::from_utf8_lossy(&line[..line.len().min(256)]);
        let message = format!("line {} of the header block {what}", self.lines);
        Fault { message, line: Some(format!("line {} of the header block: {}", self.lines, shown(&line))) }
    }
}

impl Fault {
    /// The line, for who may see what the service wrote.
    pub(crate) fn line(&self) -> Option<&str> {
        self.line.as_deref()
    }

    /// The fault as the failure of a request.
    pub(crate) fn failure(&self) -> Failure {
        let failure = Failure::new(Kind::BadHeaderBlock, self.message.clone()).remedy(REMEDY);
        match &self.line {
            Some(line) => failure.detail(line.clone()),
            None => failure,
        }
    }
}

/// A tab is the one control character that a field may hold (RFC 9110, section 5.5), and not at its beginning.
fn check_bytes(line: &[u8]) -> Result<(), &'static str> {
    if line.starts_with(b" ") || line.starts_with(b"\t") {
        return Err("begins with a space, and no field goes on in a second line");
    }
    match line.iter().find(|&&byte| byte.is_ascii_control() && byte != b'\t') {
        Some(0) => Err("has a NUL in it"),
        Some(b'\r') => Err("has a carriage return in it"),
        Some(_) => Err("has a control character in it"),
        None => Ok(()),
    }
}

/// Three digits, and perhaps a reason behind a space.
fn status(value: &[u8]) -> Result<(StatusCode, Option<String>), &'static str> {
    const NONE: &str = "has a Status that is no number from 200 to 599";
    let end = value.iter().position(|byte| b" \t".contains(byte)).unwrap_or(value.len());
    let (code, reason) = value.split_at(end);
    let code = StatusCode::from_bytes(code).ok().filter(|code| (200..=599).contains(&code.as_u16()));
    let reason = String::from_utf8(trimmed(reason).to_vec()).ok().filter(|reason| !reason.is_empty());
    Ok((code.ok_or(NONE)?, reason))
}

fn is_length(value: &[u8]) -> bool {
    let digits = str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits.is_some_and(|digits| digits.parse::<u64>().is_ok())
}

fn trimmed(value: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !b" \t".contains(byte);
    let start = value.iter().position(is_text).unwrap_or(value.len());
    let end = value.iter().rposition(is_text).map_or(start, |last| last + 1);
    &value[start..end]
}
