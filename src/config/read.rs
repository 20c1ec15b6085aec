//! From the text of a `stack.toml` to [`File`], with the place of whatever is wrong in it.

use std::{collections::HashMap, iter};

use toml::de::{DeTable, DeValue};

use super::File;
use crate::error::{Error, ErrorKind};

/// The nearest known key is named when it is at least as like as this, of 1.
const ALIKE: f64 = 0.7;

/// Where each key of a file stands: the line by the keys that lead to it, as in `services.users.timeout`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lines(HashMap<String, usize>);

impl Lines {
    /// The line of that key, from 1.
    pub(crate) fn of(&self, key: &str) -> Option<usize> {
        self.0.get(key).copied()
    }

    /// The line of that key, or of the table around it.
    pub(crate) fn nearest(&self, key: &str) -> Option<usize> {
        let mut keys = iter::successors(Some(key), |key| Some(key.rsplit_once('.')?.0));
        keys.find_map(|key| self.of(key))
    }

    fn collect(&mut self, table: &DeTable<'_>, path: &str, text: &str) {
        for (key, value) in table {
            let name =
                if path.is_empty() { key.get_ref().to_string() } else { format!("{path}.{}", key.get_ref()) };
            if let DeValue::Table(table) = value.get_ref() {
                self.collect(table, &name, text);
            }
            self.0.insert(name, position(text, key.span().start).0);
        }
    }
}

/// Reads the text of the file of that name, which stands in messages only.
///
/// # Errors
/// With file, line and column: what is no TOML, a key that does not exist and the nearest that does, a value of
/// another type.
pub(crate) fn read(name: &str, text: &str) -> Result<(File, Lines), Error> {
    let file: File = toml::from_str(text).map_err(|error| refused(name, text, &error))?;
    let mut lines = Lines::default();
    if let Ok(table) = DeTable::parse(text) {
        lines.collect(table.get_ref(), "", text);
    }
    Ok((file, lines))
}

fn refused(name: &str, text: &str, error: &toml::de::Error) -> Error {
    let place = match error.span() {
        Some(span) => {
            let (line, column) = position(text, span.start);
            format!("{name}:{line}:{column}")
        }
        None => name.to_owned(),
    };
    let message = error.message().trim();
    let Some((unknown, known)) = unknown_key(message) else {
        let error =
            Error::new(ErrorKind::InvalidSetting, format!("{place}: {}", message.replace('\n', ", ")));
        return error.remedy("docs/stack.toml.md has every key with its type");
    };
    let error = Error::new(ErrorKind::InvalidSetting, format!("{place}: there is no key {unknown:?} here"));
    error.remedy(match nearest(unknown, &known) {
        Some(nearest) => format!("did you mean {nearest:?}?"),
        None => format!("the keys are {}", known.join(", ")),
    })
}

/// The key, and those that are known, of serde's message about a key that is not.
fn unknown_key(message: &str) -> Option<(&str, Vec<&str>)> {
    let quoted = message.strip_prefix("unknown field ")?;
    let mut words = quoted.split('`').skip(1).step_by(2);
    Some((words.next()?, words.collect()))
}

fn nearest<'a>(unknown: &str, known: &[&'a str]) -> Option<&'a str> {
    let likeness = |name: &str| strsim::jaro_winkler(&unknown.replace('-', "_").to_lowercase(), name);
    let best = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) >= ALIKE).then_some(best)
}

/// Line and column of a byte, both from 1; columns are characters.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::read;

    fn refusal(text: &str) -> String {
        read("stack.toml", text).unwrap_err().to_string()
    }

    #[test]
    fn attack_49_a_key_that_is_none_is_refused_with_its_place_and_the_nearest_one() {
        let text = "[server]\nport = 3000\n\n[services.a]\nfile = \"a.py\"\ntime-out = 5\n";
        assert_eq!(
            refusal(text),
            "stack.toml:6:1: there is no key \"time-out\" here; did you mean \"timeout\"?"
        );
        let said = refusal("[sever]\nport = 1\n");
        assert_eq!(said, "stack.toml:1:2: there is no key \"sever\" here; did you mean \"server\"?");
        let said = refusal("[server]\nzzz = 1\n");
        assert!(said.contains("the keys are host, port, scan,"), "{said}");
    }

    #[test]
    fn attack_49_a_wrong_value_is_refused_with_its_place() {
        let said = refusal("[server]\nport = \"x\"\n");
        assert!(said.starts_with("stack.toml:2:8: ") && said.contains("docs/stack.toml.md"), "{said}");
        let said = refusal("[defaults]\ntimeout = \"soon\"\n");
        assert!(said.starts_with("stack.toml:2:11: a time is milliseconds, or as in "), "{said}");
        let said = refusal("[services.a]\nroute = \"/a\"\n[services.a]\n");
        assert!(said.starts_with("stack.toml:3:"), "{said}");
        assert!(refusal("port = ").starts_with("stack.toml:1:"));
    }

    #[test]
    fn row_72_a_whole_file_is_read_and_every_key_has_its_line() {
        let text = include_str!("../../tests/fixtures/stack.toml");
        let (file, lines) = read("stack.toml", text).unwrap();
        assert_eq!(file.services.keys().collect::<Vec<_>>(), ["users", "git", "hello"]);
        let at = lines.of("services.users.timeout").unwrap();
        assert!(text.lines().nth(at - 1).unwrap().starts_with("timeout = "));
        let again: super::File = toml::from_str(text).unwrap();
        assert_eq!(again, file);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = read("stack.toml", &text);
        }
    }
}
