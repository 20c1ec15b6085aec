//! JSON as it was written: checked once, then read one level at a time, so that numbers keep their digits. Pure.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer as _,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::failure::{Failure, Kind};

/// How many lists and maps may stand in one another.
const DEEPEST: usize = 100;

/// Checks a JSON text and keeps it as it is, without the space around it and without a byte order mark.
///
/// # Errors
/// [`Kind::BadJson`], with line and column (both from 1, the column in bytes), for what is no JSON, is not UTF-8,
/// or nests more than 100 levels deep.
pub(crate) fn parse(bytes: &[u8]) -> Result<Box<RawValue>, Failure> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text =
        std::str::from_utf8(bytes).map_err(|error| refused_at(bytes, error.valid_up_to(), "not UTF-8"))?;
    if let Some(position) = too_deep(bytes) {
        return Err(refused_at(bytes, position, "more than 100 levels deep"));
    }
    let value: &RawValue = serde_json::from_str(text).map_err(|error| refused(sentence(&error)))?;
    Ok(value.to_owned())
}

/// What does not parse, and where.
pub(super) fn sentence(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let reason = message.split(" at line ").next().unwrap_or(&message);
    let column = error.column().max(1);
    format!("the JSON body does not parse at line {} column {column}: {reason}", error.line())
}

fn refused_at(bytes: &[u8], position: usize, reason: &str) -> Failure {
    let before = &bytes[..position];
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
    refused(format!("the JSON body does not parse at line {line} column {column}: {reason}"))
}

fn refused(message: String) -> Failure {
    Failure::new(Kind::BadJson, message)
}

/// Where the first level over the limit opens. A text that is no JSON may be judged wrongly: it is refused anyhow.
fn too_deep(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut position = 0;
    while let Some(&byte) = bytes.get(position) {
        match byte {
            b'"' => quoted = !quoted,
            b'\\' if quoted => position += 1,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Some(position);
        }
        position += 1;
    }
    None
}

/// The decoded text of a JSON string; nothing for any other value and for half of a surrogate pair.
pub(crate) fn string(value: &RawValue) -> Option<Cow<'_, str>> {
    let text = value.get();
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(text).ok().map(Cow::Owned) } else { Some(inner.into()) }
}

/// The members of an object as they were written, equal names included; nothing when there are over `limit`.
///
/// # Errors
/// When the value is no object, or a name is no Unicode text.
pub(crate) fn members(
    object: &RawValue,
    limit: usize,
) -> Result<Option<Vec<(String, &RawValue)>>, serde_json::Error> {
    let mut found = Some(Vec::new());
    let visitor = Members { found: &mut found, limit };
    let outcome = serde_json::Deserializer::from_str(object.get()).deserialize_map(visitor);
    match found {
        Some(found) => outcome.map(|()| Some(found)),
        None => Ok(None),
    }
}

/// The items of a list as they were written; nothing when there are over `limit`.
///
/// # Errors
/// When the value is no list.
pub(crate) fn items(list: &RawValue, limit: usize) -> Result<Option<Vec<&RawValue>>, serde_json::Error> {
    let mut found = Some(Vec::new());
    let visitor = Items { found: &mut found, limit };
    let outcome = serde_json::Deserializer::from_str(list.get()).deserialize_seq(visitor);
    match found {
        Some(found) => outcome.map(|()| Some(found)),
        None => Ok(None),
    }
}

struct Members<'a, 'json> {
    found: &'a mut Option<Vec<(String, &'json RawValue)>>,
    limit: usize,
}

impl<'json> Visitor<'json> for Members<'_, 'json> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'json>>(self, mut access: A) -> Result<(), A::Error> {
        while let Some(member) = access.next_entry()? {
            collect(self.found, member, self.limit)?;
        }
        Ok(())
    }
}

struct Items<'a, 'json> {
    found: &'a mut Option<Vec<&'json RawValue>>,
    limit: usize,
}

impl<'json> Visitor<'json> for Items<'_, 'json> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'json>>(self, mut access: A) -> Result<(), A::Error> {
        while let Some(item) = access.next_element()? {
            collect(self.found, item, self.limit)?;
        }
        Ok(())
    }
}

/// Keeps one more part, or nothing at all and ends the reading.
fn collect<T, E: de::Error>(found: &mut Option<Vec<T>>, part: T, limit: usize) -> Result<(), E> {
    match found {
        Some(found) if found.len() < limit => {
            found.push(part);
            Ok(())
        }
        _ => {
            *found = None;
            Err(E::custom("too many parts"))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
    use serde_json::value::RawValue;

    use super::{items, parse, string};
    use crate::failure::Kind;

    fn kept(text: &str) -> String {
        parse(text.as_bytes()).expect("valid JSON").get().to_owned()
    }

    fn message(bytes: &[u8]) -> String {
        let failure = parse(bytes).expect_err("no valid JSON");
        assert_eq!(failure.kind, Kind::BadJson);
        failure.message
    }

    #[test]
    fn row_32_attack_28_what_was_written_is_kept() {
        for text in
            ["1.10", "9223372036854775809", "1e400", "-0.0", r#""\ud800""#, r#"{"a":1,"a":2}"#, "[ 1 , 2 ]"]
        {
            assert_eq!(kept(text), text);
        }
        assert_eq!(kept("\u{feff} {} \r\n"), "{}");
    }

    #[test]
    fn row_35_malformed_json_names_line_and_column() {
        assert_eq!(message(b"{bad"), "the JSON body does not parse at line 1 column 2: key must be a string");
        assert!(
            message(b"{\n  \"a\": x\n}").starts_with("the JSON body does not parse at line 2 column 8: ")
        );
        for text in ["", " ", "{} x", "01", "nan", "'a'", "[1,]", "{\"a\"}", "\"a", "\"\u{1}\"", "\"\\x\""] {
            assert!(message(text.as_bytes()).contains(" line 1 column "), "{text:?}");
        }
    }

    #[test]
    fn attack_28_invalid_utf_8_is_refused_with_its_place() {
        assert_eq!(message(b"{\n\"\xff\":1}"), "the JSON body does not parse at line 2 column 2: not UTF-8");
    }

    #[test]
    fn attack_28_depth_is_limited_without_recursion() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(kept(&nested(100)), nested(100));
        assert_eq!(
            message(nested(101).as_bytes()),
            "the JSON body does not parse at line 1 column 101: more than 100 levels deep"
        );
        // Were it not linear, the runner\'s limit on a test\'s time would meet it here.
        for opening in ["[", "{\"a\":", "[{\"]\":"] {
            assert!(message(opening.repeat(100_000).as_bytes()).contains("deep"));
        }
        assert!(parse(format!("[{}]", "[],".repeat(1_000_000)).as_bytes()).is_err());
        let brackets_in_text = format!("[{0},{0}]", format_args!("\"{}\\\"{{\\\\\"", "[".repeat(200)));
        assert_eq!(kept(&brackets_in_text), brackets_in_text);
    }

    #[test]
    fn strings_are_decoded_and_half_surrogates_are_none() {
        let decoded = |text: &str| {
            let value = RawValue::from_string(text.to_owned()).expect("valid JSON");
            string(&value).map(|text| text.into_owned())
        };
        assert_eq!(decoded(r#""a\n\u00e9\ud83d\ude00é""#).as_deref(), Some("a\né😀é"));
        assert_eq!(decoded(r#""\udc00""#), None);
        assert_eq!(decoded("12"), None);
    }

    #[test]
    fn items_stay_as_they_are_written() {
        let list = parse(b"[1.10, [2] ,\"x\"]").expect("valid JSON");
        let written: Vec<_> =
            items(&list, 3).expect("a list").expect("three items").into_iter().map(RawValue::get).collect();
        assert_eq!(written, ["1.10", "[2]", "\"x\""]);
        assert!(items(&list, 2).expect("a list").is_none());
        assert!(items(&parse(b"{}").expect("valid JSON"), 9).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in any::<Vec<u8>>()) {
            let _ = parse(&bytes);
        }

        #[test]
        fn it_takes_what_serde_takes(text in r#"[\[\]{}":,0-9.e\-a tru\\]{0,24}"#) {
            let ours = parse(text.as_bytes());
            prop_assert_eq!(ours.is_ok(), serde_json::from_str::<&RawValue>(&text).is_ok());
            if let Ok(value) = ours {
                prop_assert!(text.contains(value.get()));
            }
        }
    }
}
