//! How `warm` and `--warm` are written.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// When processes are started before their requests, and what they load: a mode, or a table of both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(from = "Written", into = "Written")]
#[cfg_attr(test, schemars(with = "Written"))]
pub(crate) struct Warm {
    pub(crate) mode: Option<Mode>,
    pub(crate) preload: Option<Vec<String>>,
}

impl Warm {
    /// This, and what it leaves open from a weaker one.
    pub(crate) fn or(self, weaker: Self) -> Self {
        Self { mode: self.mode.or(weaker.mode), preload: self.preload.or(weaker.preload) }
    }
}

#[derive(Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "it is auto, off, spare, spare=N, fork, or a table of mode and preload")]
enum Written {
    Mode(Mode),
    Table(Table),
}

#[derive(Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Table {
    /// `auto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mode: Option<Mode>,
    /// What is loaded ahead besides what the script names; nothing at all where the list is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preload: Option<Vec<String>>,
}

impl From<Written> for Warm {
    fn from(written: Written) -> Self {
        match written {
            Written::Mode(mode) => Self { mode: Some(mode), preload: None },
            Written::Table(Table { mode, preload }) => Self { mode, preload },
        }
    }
}

impl From<Warm> for Written {
    fn from(warm: Warm) -> Self {
        match warm {
            Warm { mode: Some(mode), preload: None } => Self::Mode(mode),
            Warm { mode, preload } => Self::Table(Table { mode, preload }),
        }
    }
}

/// When processes are started before their requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Where the language starts slowly, except with `watch`.
    Auto,
    /// Never.
    Off,
    /// Always; so many at most, where somebody has said how many.
    Spare(Option<usize>),
    /// Forked, where that can be.
    Fork,
}

/// `auto`, `off`, `spare`, `spare=4` or `fork`.
pub(crate) fn mode(text: &str) -> Result<Mode, String> {
    let number = |number: &str| number.parse().ok().filter(|&number| number > 0);
    match (text, text.strip_prefix("spare=").and_then(number)) {
        ("auto", _) => Ok(Mode::Auto),
        ("off", _) => Ok(Mode::Off),
        ("spare", _) => Ok(Mode::Spare(None)),
        ("fork", _) => Ok(Mode::Fork),
        (_, Some(most)) => Ok(Mode::Spare(Some(most))),
        _ => Err("it is auto, off, spare, spare=N with at least one, or fork".to_owned()),
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Off => f.write_str("off"),
            Self::Spare(None) => f.write_str("spare"),
            Self::Spare(Some(most)) => write!(f, "spare={most}"),
            Self::Fork => f.write_str("fork"),
        }
    }
}

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        mode(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl Serialize for Mode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Mode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WarmMode".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "When processes are started before their requests",
            "type": "string",
            "pattern": "^(auto|off|spare(=[1-9][0-9]*)?|fork)$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Mode, Warm, mode};

    #[test]
    fn it_is_written_as_it_is_read() {
        for text in ["auto", "off", "spare", "spare=12", "fork"] {
            assert_eq!(mode(text).unwrap().to_string(), text);
        }
        for text in ["", "on", "spare=", "spare=0", "spare=-1", "spare=x", "Auto", "fork=2"] {
            assert!(mode(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_table_says_what_is_loaded_and_a_stronger_one_leaves_the_rest() {
        let read = |text: &str| serde_json::from_str::<Warm>(text).unwrap();
        let (mode, table) = (read(r#""fork""#), read(r#"{"preload":["flask"]}"#));
        assert_eq!(mode, Warm { mode: Some(Mode::Fork), preload: None });
        let both = table.clone().or(mode.clone());
        assert_eq!(both, read(r#"{"mode":"fork","preload":["flask"]}"#));
        for warm in [mode, table, both] {
            assert_eq!(read(&serde_json::to_string(&warm).unwrap()), warm);
        }
        assert!(serde_json::from_str::<Warm>(r#"{"preloads":[]}"#).is_err());
    }
}
