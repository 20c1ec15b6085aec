//! Plain field lines, and what a header's name and value may be.

use crate::{control::Message, params::shown};

/// What the server alone says of a connection and of a body's framing.
const FRAMING: [&str; 6] =
    ["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];
/// What stands in the head or nowhere, beside the framing.
const NEVER_TRAILERS: [&str; 2] = ["content-length", "trailer"];

/// A line of `name: value`.
pub(super) fn read(line: &str) -> Result<Message, String> {
    let field = line.split_once(':').filter(|(name, _)| is_token(name));
    let (name, value) = field.ok_or_else(|| format!("no control message: {}", shown(line)))?;
    let value = value.trim_matches([' ', '\t']);
    if name.eq_ignore_ascii_case("status") {
        return status(value);
    }
    check(name, value)?;
    let (name, values) = (name.to_owned(), vec![value.to_owned()]);
    if name.eq_ignore_ascii_case("content-type") {
        return Ok(Message::SetHeader { name, values });
    }
    Ok(Message::AppendHeader { name, values })
}

fn status(value: &str) -> Result<Message, String> {
    let Some((code, reason)) = value.split_once([' ', '\t']) else {
        return Ok(Message::Status { code: self::code(value)? });
    };
    let reason = reason.trim_start_matches([' ', '\t']);
    check_text("a reason", reason)?;
    Ok(Message::WriteHead { code: self::code(code)?, message: Some(reason.to_owned()), headers: Vec::new() })
}

/// A final status code from its digits.
pub(super) fn code(digits: &str) -> Result<u16, String> {
    let code = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let code = code.and_then(|digits| digits.parse().ok()).filter(|code| (200..=599).contains(code));
    code.ok_or_else(|| format!("the status {} is no number from 200 to 599", shown(digits)))
}

/// Whether a service may send this header.
pub(super) fn check(name: &str, value: &str) -> Result<(), String> {
    check_name(name)?;
    check_text(name, value)?;
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if name.eq_ignore_ascii_case("content-length") && !(digits && value.parse::<u64>().is_ok()) {
        return Err(format!("{name} is no length: {}", shown(value)));
    }
    Ok(())
}

/// Whether a service may send this trailer.
pub(super) fn check_trailer(name: &str, value: &str) -> Result<(), String> {
    if NEVER_TRAILERS.iter().any(|never| name.eq_ignore_ascii_case(never)) {
        return Err(format!("{name} cannot be a trailer"));
    }
    check(name, value)
}

/// Whether the header is about the connection and a body's framing, and so the server's to send.
pub(crate) fn is_framing(name: &str) -> bool {
    FRAMING.iter().any(|framing| name.eq_ignore_ascii_case(framing))
}

/// Whether a service may speak of this header.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    if !is_token(name) {
        return Err(format!("no header can be named {}", shown(name)));
    }
    if is_framing(name) {
        return Err(format!("{name} is the server's to send"));
    }
    Ok(())
}

/// Whether a text can stand in a head: a tab is the one control character that may (RFC 9110, section 5.5).
pub(super) fn check_text(name: &str, text: &str) -> Result<(), String> {
    match text.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
        true => Err(format!("{name} would hold control characters: {}", shown(text))),
        false => Ok(()),
    }
}

/// RFC 9110, section 5.6.2; and no longer than a reader of the log can bear.
fn is_token(name: &str) -> bool {
    const LONGEST: usize = 256;
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.len() <= LONGEST && name.bytes().all(is_token)
}
