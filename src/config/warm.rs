//! How `warm` and `--warm` are written.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// When processes are started before their requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Warm {
    /// Where the language starts slowly, except with `watch`.
    Auto,
    /// Never.
    Off,
    /// Always; so many at most, where somebody has said how many.
    Spare(Option<usize>),
}

/// `auto`, `off`, `spare` or `spare=4`.
pub(crate) fn warm(text: &str) -> Result<Warm, String> {
    let number = |number: &str| number.parse().ok().filter(|&number| number > 0);
    match (text, text.strip_prefix("spare=").and_then(number)) {
        ("auto", _) => Ok(Warm::Auto),
        ("off", _) => Ok(Warm::Off),
        ("spare", _) => Ok(Warm::Spare(None)),
        (_, Some(most)) => Ok(Warm::Spare(Some(most))),
        _ => Err("it is auto, off, spare, or spare=N with at least one".to_owned()),
    }
}

impl fmt::Display for Warm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Off => f.write_str("off"),
            Self::Spare(None) => f.write_str("spare"),
            Self::Spare(Some(most)) => write!(f, "spare={most}"),
        }
    }
}

impl<'de> Deserialize<'de> for Warm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        warm(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl Serialize for Warm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Warm {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Warm".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "When processes are started before their requests",
            "type": "string",
            "pattern": "^(auto|off|spare(=[1-9][0-9]*)?)$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::warm;

    #[test]
    fn it_is_written_as_it_is_read() {
        for text in ["auto", "off", "spare", "spare=12"] {
            assert_eq!(warm(text).unwrap().to_string(), text);
        }
        for text in ["", "on", "spare=", "spare=0", "spare=-1", "spare=x", "Auto", "fork"] {
            assert!(warm(text).is_err(), "{text}");
        }
    }
}
