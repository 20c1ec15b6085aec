//! What does not fit, in words that name the parameter and quote nothing of it.

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind, paths::LocationSegment};
use serde_json::Value;

use crate::failure::Violation;

/// How many are told.
const MOST: usize = 100;
/// How much text parameters may have for all failures in them to be told: the validator copies a value for each of its
/// alternatives that it does not fit.
const LONGEST_TOLD: usize = 256 << 10;
/// How long the name of a parameter, and a whole message, may be; the rest is cut.
const LONGEST_NAME: usize = 80;
const LONGEST_MESSAGE: usize = 400;
const LONGEST_POINTER: usize = 1_000;

/// Everything that does not fit; nothing when all does.
pub(super) fn violations(validator: &Validator, instance: &Value) -> Vec<Violation> {
    if validator.is_valid(instance) {
        return Vec::new();
    }
    if !is_short(instance, &mut LONGEST_TOLD.clone()) {
        let message = "the parameters do not fit their schema, and are too long to be told where".to_owned();
        return vec![Violation { pointer: String::new(), message }];
    }
    validator.iter_errors(instance).take(MOST).map(|error| told(&error)).collect()
}

/// Whether all texts in it, and its values, are no more than that.
fn is_short(value: &Value, left: &mut usize) -> bool {
    let own = 8 + value.as_str().map_or(0, str::len);
    let Some(rest) = left.checked_sub(own) else { return false };
    *left = rest;
    match value {
        Value::Array(items) => items.iter().all(|item| is_short(item, left)),
        Value::Object(members) => members.iter().all(|(name, member)| {
            *left = left.saturating_sub(name.len());
            is_short(member, left)
        }),
        _ => true,
    }
}

fn told(error: &ValidationError<'_>) -> Violation {
    let mut pointer = error.instance_path().as_str().to_owned();
    let mut name = name(error);
    if let ValidationErrorKind::Required { property: Value::String(property) } = error.kind() {
        pointer = format!("{pointer}/{}", property.replace('~', "~0").replace('/', "~1"));
        name = nested(&name, property);
        return Violation {
            pointer: cut(pointer, LONGEST_POINTER),
            message: message(&format!("{name} is missing")),
        };
    }
    if name.is_empty() {
        "the parameters".clone_into(&mut name);
    }
    let sentence = error.masked_with(name).to_string();
    Violation { pointer: cut(pointer, LONGEST_POINTER), message: message(&sentence) }
}

/// The parameter in the notation of queries: `a[b][0]`.
fn name(error: &ValidationError<'_>) -> String {
    let path = error.instance_path();
    let name = path.into_iter().fold(String::new(), |name, segment| match segment {
        LocationSegment::Property(key) => nested(&name, &key),
        LocationSegment::Index(at) => nested(&name, &at.to_string()),
    });
    cut(name, LONGEST_NAME)
}

fn nested(name: &str, key: &str) -> String {
    if name.is_empty() { key.to_owned() } else { format!("{name}[{key}]") }
}

/// In lower case, on one line, and of a length that a page can bear.
fn message(sentence: &str) -> String {
    let mut message = String::with_capacity(sentence.len());
    for (at, c) in sentence.chars().enumerate() {
        match c {
            c if c.is_control() => message.extend(c.escape_default()),
            c if at == 0 && is_sentence(sentence) => message.extend(c.to_lowercase()),
            c => message.push(c),
        }
    }
    cut(message, LONGEST_MESSAGE)
}

/// Whether it begins with a word of the validator's and not with the name of a parameter.
fn is_sentence(text: &str) -> bool {
    ["Additional ", "Unevaluated ", "None of ", "False schema "].iter().any(|word| text.starts_with(word))
}

fn cut(mut text: String, longest: usize) -> String {
    if text.len() > longest {
        text.truncate(text.floor_char_boundary(longest));
        text.push('…');
    }
    text
}
