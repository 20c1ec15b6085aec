//! Messages in JSON: `{"type":T,"payload":{…}}`.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::{
    control::{
        Line, Message,
        field::{check, check_name, check_text, check_trailer, code},
    },
    params::{json, shown},
};

/// How many fields a message may have, and how many values each of them.
const MOST: usize = 256;
/// How much of a type stands before a reason.
const LONGEST_TYPE: usize = 40;

/// Reads one message; parts of it that are left out are added to `lines`.
pub(super) fn read(line: &str, lines: &mut Vec<Line>) -> Result<Message, String> {
    let unreadable = |_| format!("a control line is no JSON object: {}", shown(line));
    let envelope: &RawValue = serde_json::from_str(line).map_err(unreadable)?;
    let envelope = Object::of(envelope);
    let kind = envelope.get(&["type"]).and_then(json::string);
    let kind = kind.ok_or_else(|| format!("a control message has no type: {}", shown(line)))?;
    let whole = envelope.get(&["payload"]);
    let payload = whole.map(Object::of).unwrap_or_default();
    let mut left_out = Vec::new();
    let message = message(&kind, whole, &payload, &mut left_out);
    let shown: String = kind.chars().take(LONGEST_TYPE).flat_map(char::escape_debug).collect();
    let said = |reason: String| format!("{shown}: {reason}");
    lines.extend(left_out.into_iter().map(|reason| Line::Ignored(said(reason))));
    message.map_err(said)
}

fn message(
    kind: &str,
    whole: Option<&RawValue>,
    payload: &Object<'_>,
    left_out: &mut Vec<String>,
) -> Result<Message, String> {
    Ok(match kind {
        "setHeader" => header(payload).map(|(name, values)| Message::SetHeader { name, values })?,
        "appendHeader" => header(payload).map(|(name, values)| Message::AppendHeader { name, values })?,
        "removeHeader" => Message::RemoveHeader { name: name(payload)? },
        "writeHead" => head(payload, left_out)?,
        "status" | "statusCode" => Message::Status { code: status(payload)? },
        "statusMessage" => Message::StatusMessage { text: reason(payload.get(&["value", "message"]))? },
        "addTrailers" => {
            let trailers = payload.get(&["trailers"]).ok_or("there are no trailers")?;
            Message::AddTrailers { trailers: fields(trailers, check_trailer, left_out)? }
        }
        "writeContinue" => Message::WriteContinue,
        "log" => Message::Log {
            text: said(whole, payload, ["text", "message", "value"]).ok_or("there is no text")?,
        },
        "error" => {
            let text = said(whole, payload, ["error", "message", "text"]);
            Message::Error { text: text.unwrap_or_else(|| "the service gave no reason".to_owned()) }
        }
        "end" => Message::End,
        _ => return Err("no such control message".to_owned()),
    })
}

/// The members of an object; none for anything else.
#[derive(Default)]
struct Object<'a> {
    members: Vec<(String, &'a RawValue)>,
}

impl<'a> Object<'a> {
    fn of(value: &'a RawValue) -> Self {
        Self { members: json::members(value, usize::MAX).ok().flatten().unwrap_or_default() }
    }

    /// The member of the first of these names that has one which is not `null`; the last of equal names.
    fn get(&self, names: &[&str]) -> Option<&'a RawValue> {
        let named = |wanted: &&str| self.members.iter().rev().find(|(name, _)| name == wanted);
        names.iter().filter_map(named).map(|(_, value)| *value).find(|value| value.get() != "null")
    }
}

fn head(payload: &Object<'_>, left_out: &mut Vec<String>) -> Result<Message, String> {
    let code = status(payload)?;
    let message =
        payload.get(&["message"]).map(|text| reason(Some(text))).transpose().unwrap_or_else(|reason| {
            left_out.push(reason);
            None
        });
    let headers = payload.get(&["headers"]).map(|headers| fields(headers, check, left_out)).transpose();
    let headers = headers.unwrap_or_else(|reason| {
        left_out.push(reason);
        None
    });
    Ok(Message::WriteHead { code, message, headers: headers.unwrap_or_default() })
}

fn status(payload: &Object<'_>) -> Result<u16, String> {
    let value = payload.get(&["value", "code", "statusCode"]).ok_or("there is no status code")?;
    code(&scalar(value).unwrap_or_else(|| value.get().into()))
}

fn reason(text: Option<&RawValue>) -> Result<String, String> {
    let text = text.and_then(json::string).ok_or("there is no text")?;
    check_text("the reason", &text)?;
    Ok(text.into_owned())
}

fn name(payload: &Object<'_>) -> Result<String, String> {
    let name = payload.get(&["name"]).and_then(json::string).ok_or("there is no name")?;
    check_name(&name)?;
    Ok(name.into_owned())
}

fn header(payload: &Object<'_>) -> Result<(String, Vec<String>), String> {
    let name = name(payload)?;
    let value = payload.get(&["value"]).ok_or_else(|| format!("{name} has no value"))?;
    let values = values(&name, value, check)?;
    Ok((name, values))
}

type Check = fn(&str, &str) -> Result<(), String>;

/// The fields of an object or of a list of pairs; those that cannot be taken are left out.
fn fields(all: &RawValue, check: Check, left_out: &mut Vec<String>) -> Result<Vec<(String, String)>, String> {
    let mut fields = Vec::new();
    for (name, value) in pairs(all)? {
        match check_name(&name).and_then(|()| values(&name, value, check)) {
            Ok(values) => fields.extend(values.into_iter().map(|value| (name.clone(), value))),
            Err(reason) => left_out.push(reason),
        }
    }
    Ok(fields)
}

fn pairs(all: &RawValue) -> Result<Vec<(String, &RawValue)>, String> {
    let too_many = || format!("more than {MOST} fields");
    let neither = || "the fields are neither an object nor a list of pairs".to_owned();
    if let Ok(members) = json::members(all, MOST) {
        return members.ok_or_else(too_many);
    }
    let pairs = json::items(all, MOST).map_err(|_| neither())?.ok_or_else(too_many)?;
    pairs.into_iter().map(pair).collect::<Option<_>>().ok_or_else(neither)
}

fn pair(pair: &RawValue) -> Option<(String, &RawValue)> {
    match json::items(pair, 2).ok()??.as_slice() {
        [name, value] => Some((json::string(name)?.into_owned(), *value)),
        _ => None,
    }
}

fn values(name: &str, value: &RawValue, check: Check) -> Result<Vec<String>, String> {
    let all = match json::items(value, MOST) {
        Ok(items) => items.ok_or_else(|| format!("{name} has more than {MOST} values"))?,
        Err(_) => vec![value],
    };
    let text = |value: &RawValue| {
        let text = scalar(value).ok_or_else(|| format!("{name} is neither text nor a number"))?;
        check(name, &text)?;
        Ok(text.into_owned())
    };
    all.into_iter().map(text).collect()
}

/// The text of a string or of a number.
fn scalar(value: &RawValue) -> Option<Cow<'_, str>> {
    let is_number = value.get().starts_with(|first: char| first == '-' || first.is_ascii_digit());
    if is_number { Some(value.get().into()) } else { json::string(value) }
}

/// What a payload says, whatever it is; text that no Unicode text can be stays as it was written.
fn said(whole: Option<&RawValue>, payload: &Object<'_>, names: [&str; 3]) -> Option<String> {
    let text = payload.get(&names).or(whole)?;
    Some(json::string(text).map_or_else(|| text.get().to_owned(), Cow::into_owned))
}
