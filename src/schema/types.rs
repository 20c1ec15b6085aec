//! The types of JSON as a set, and the text that is exactly a value of one.

use std::ops::{BitAnd, BitOr};

use serde_json::{Value, value::RawValue};

use crate::params;

/// Some of the seven types of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    pub(super) const NONE: Self = Self(0);
    pub(super) const NULL: Self = Self(1);
    pub(super) const BOOLEAN: Self = Self(1 << 1);
    pub(super) const INTEGER: Self = Self(1 << 2);
    /// Every integer is a number.
    pub(super) const NUMBER: Self = Self(1 << 3 | 1 << 2);
    pub(super) const STRING: Self = Self(1 << 4);
    pub(super) const ARRAY: Self = Self(1 << 5);
    pub(super) const OBJECT: Self = Self(1 << 6);
    pub(super) const ALL: Self = Self(0x7f);

    pub(super) fn has(self, other: Self) -> bool {
        self & other == other
    }

    /// What the keyword `type` says.
    pub(super) fn named(keyword: &Value) -> Self {
        match keyword {
            Value::String(name) => Self::of_name(name),
            Value::Array(names) => names.iter().map(Self::named).fold(Self::NONE, BitOr::bitor),
            _ => Self::ALL,
        }
    }

    fn of_name(name: &str) -> Self {
        match name {
            "null" => Self::NULL,
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "string" => Self::STRING,
            "array" => Self::ARRAY,
            "object" => Self::OBJECT,
            _ => Self::ALL,
        }
    }

    /// The type of a value that `const` or `enum` names.
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(_) => Self::NUMBER,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }
}

impl BitOr for Types {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Types {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// The value of one of these types that a text is exactly; nothing where it may stay a text.
///
/// A form has no other way to say nothing, so an empty text is null.
pub(super) fn typed(text: &str, types: Types) -> Option<params::Value> {
    if types.has(Types::STRING) {
        return None;
    }
    let is_typed = match text {
        "" | "null" => types.has(Types::NULL),
        "true" | "false" => types.has(Types::BOOLEAN),
        _ => {
            (types.has(Types::NUMBER) && is_of(text, b"+-.eE"))
                || (types.has(Types::INTEGER) && is_of(text, b"-"))
        }
    };
    let json = if text.is_empty() { "null" } else { text };
    let value = is_typed.then(|| RawValue::from_string(json.to_owned()).ok())??;
    Some(params::Value::Json(value))
}

/// Whether it has digits and these characters alone; if it is JSON then, it is a number.
fn is_of(text: &str, signs: &[u8]) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || signs.contains(&byte))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Types, typed};
    use crate::params::Value;

    fn made(text: &str, types: Types) -> Option<String> {
        typed(text, types).map(|value| match value {
            Value::Json(value) => value.get().to_owned(),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn row_84_a_text_that_is_exactly_a_value_becomes_it() {
        let table = [
            (Types::INTEGER, "5", "5"),
            (Types::INTEGER, "-9223372036854775809", "-9223372036854775809"),
            (Types::NUMBER, "1.10", "1.10"),
            (Types::NUMBER, "1E+2", "1E+2"),
            (Types::BOOLEAN, "true", "true"),
            (Types::NULL, "", "null"),
            (Types::NULL | Types::INTEGER, "null", "null"),
        ];
        for (types, text, expected) in table {
            assert_eq!(made(text, types).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn row_84_what_is_only_almost_one_stays_a_text() {
        let wrong =
            ["5.0", "1e2", " 5", "5 ", "+5", "05", "0x5", "1_000", "5.", "-", "--5", "", "٥", "NaN", "true"];
        for text in wrong {
            assert_eq!(made(text, Types::INTEGER), None, "{text:?}");
        }
        for text in ["True", "1", "on", "yes", ""] {
            assert_eq!(made(text, Types::BOOLEAN), None, "{text:?}");
        }
        assert_eq!(made("5", Types::STRING | Types::INTEGER), None);
        assert_eq!(made("5", Types::ALL), None);
    }

    #[test]
    fn names_of_types_are_read() {
        assert_eq!(Types::named(&json!(["string", "null"])), Types::STRING | Types::NULL);
        assert!(Types::named(&json!("number")).has(Types::INTEGER));
        assert_eq!(Types::named(&json!("integer")) & Types::NUMBER, Types::INTEGER);
        assert_eq!(Types::named(&json!("float")), Types::ALL);
    }
}
