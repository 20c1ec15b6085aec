//! Routes as they are written, `/users/[id]`, and paths as clients send them. Knows no service.

use std::fmt;

use crate::{
    error::{Error, ErrorKind},
    params::urlencoded::escaped,
};

/// Which paths a route answers: `/users/me`, `/users/[id]`, `/files/[...rest]`.
///
/// `[id]` stands for one segment of the path and `[...rest]`, at the end, for one or more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    segments: Vec<Segment>,
}

/// What stands between two slashes of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// This text and no other, decoded.
    Static(String),
    /// One segment, which becomes the parameter of this name.
    Parameter(String),
    /// All segments that are left, which become the parameter of this name.
    Rest(String),
}

impl Pattern {
    /// Reads a route as it is written in a configuration or in a program.
    ///
    /// # Errors
    /// When it does not begin with a slash, has an empty segment, a bracket that is not around a whole segment,
    /// a name twice, or something behind `[...rest]`.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let Some(path) = text.strip_prefix('/') else {
            return Err(wrong(text, "begins with no slash", &format!("write \"/{text}\"")));
        };
        let segments = split(path).map(Segment::parse).collect::<Result<_, _>>();
        Self::of(segments.map_err(|(problem, remedy)| wrong(text, problem, remedy))?)
            .map_err(|(problem, remedy)| wrong(text, problem, remedy))
    }

    /// A pattern of these segments.
    ///
    /// # Errors
    /// What is wrong with them, and what to do about it.
    pub(crate) fn of(segments: Vec<Segment>) -> Result<Self, (&'static str, &'static str)> {
        let names: Vec<_> = segments.iter().filter_map(Segment::name).collect();
        if names.iter().enumerate().any(|(at, name)| names[..at].contains(name)) {
            return Err(("has one name twice", "give each parameter a name of its own"));
        }
        let before_last = segments.split_last().map_or(&[][..], |(_, before)| before);
        if before_last.iter().any(|segment| matches!(segment, Segment::Rest(_))) {
            return Err(("goes on behind [...]", "[...rest] stands at the end"));
        }
        Ok(Self { segments })
    }

    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// A path that it answers: each parameter is its own name.
    pub(crate) fn example(&self) -> String {
        let words = self.segments.iter().map(|segment| match segment {
            Segment::Static(text) | Segment::Parameter(text) | Segment::Rest(text) => format!("/{text}"),
        });
        Some(words.collect::<String>()).filter(|path| !path.is_empty()).unwrap_or_else(|| "/".to_owned())
    }
}

impl Segment {
    /// Reads one segment; `[id]` and `[...rest]` are parameters.
    ///
    /// # Errors
    /// What is wrong with it, and what to do about it.
    pub(crate) fn parse(word: &str) -> Result<Self, (&'static str, &'static str)> {
        if word.is_empty() {
            return Err(("has an empty segment", "write one slash between two segments"));
        }
        let Some(name) = word.strip_prefix('[').and_then(|word| word.strip_suffix(']')) else {
            return match word.contains(['[', ']']) {
                true => Err((
                    "has a bracket in the middle of a segment",
                    "a parameter is a whole segment: /[id]/",
                )),
                false => Ok(Self::Static(word.to_owned())),
            };
        };
        let (name, is_rest) = match name.strip_prefix("...") {
            Some(name) => (name, true),
            None => (name, false),
        };
        if name.is_empty() || name.contains(['[', ']', '.']) {
            return Err(("has a parameter without a plain name", "write [id] or [...rest]"));
        }
        let name = name.to_owned();
        Ok(if is_rest { Self::Rest(name) } else { Self::Parameter(name) })
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Static(_) => None,
            Self::Parameter(name) | Self::Rest(name) => Some(name),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.segments.is_empty() {
            return f.write_str("/");
        }
        self.segments.iter().try_for_each(|segment| write!(f, "/{segment}"))
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Static(text) => f.write_str(text),
            Self::Parameter(name) => write!(f, "[{name}]"),
            Self::Rest(name) => write!(f, "[...{name}]"),
        }
    }
}

/// The segments of a request's path, decoded; a slash at the end makes no difference.
///
/// Nothing for a path that means different things to different readers: an empty segment, `.` or `..`, an encoded
/// slash, a NUL, bytes that are no UTF-8, a `%` without its digits. No route answers those.
pub(crate) fn segments(path: &str) -> Option<Vec<String>> {
    split(path.strip_prefix('/')?).map(decoded).collect()
}

/// What stands between the slashes of a path without its first; one at the end is none.
fn split(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(path);
    path.split('/').filter(|_| !path.is_empty())
}

fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (byte, after) = escaped(after)?;
        bytes.push(byte);
        rest = after;
    }
    let text = String::from_utf8(bytes).ok()?;
    let is_plain = !text.is_empty() && text != "." && text != ".." && !text.contains(['/', '\0']);
    is_plain.then_some(text)
}

fn wrong(text: &str, problem: &str, remedy: &str) -> Error {
    Error::new(ErrorKind::InvalidSetting, format!("the route {text:?} {problem}")).remedy(remedy)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Pattern, segments};

    #[test]
    fn row_70_patterns_are_read_and_written_alike() {
        for text in ["/", "/a", "/a/b.c", "/users/[id]", "/users/[id]/posts/[post]", "/files/[...rest]"] {
            assert_eq!(Pattern::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Pattern::parse("/a/").unwrap(), Pattern::parse("/a").unwrap());
    }

    #[test]
    fn attack_49_what_is_no_route_is_refused_with_a_remedy() {
        let wrong = [
            ("a", "begins with no slash; write \"/a\""),
            ("//", "has an empty segment; "),
            ("/a//b", "has an empty segment; "),
            ("/a[id]", "has a bracket in the middle of a segment; "),
            ("/[]", "has a parameter without a plain name; "),
            ("/[...]", "has a parameter without a plain name; "),
            ("/[id]/[id]", "has one name twice; "),
            ("/[...rest]/a", "goes on behind [...]; "),
        ];
        for (text, said) in wrong {
            let error = Pattern::parse(text).unwrap_err();
            assert!(error.is_invalid_setting());
            assert!(error.to_string().contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn row_70_a_path_is_decoded_by_segments_and_its_last_slash_is_nothing() {
        let table: [(&str, &[&str]); 6] = [
            ("/", &[]),
            ("/a", &["a"]),
            ("/a/", &["a"]),
            ("/a%20b/c+d", &["a b", "c+d"]),
            ("/%252e/%C3%A9", &["%2e", "é"]),
            ("/.hidden/...", &[".hidden", "..."]),
        ];
        for (path, expected) in table {
            assert_eq!(segments(path).unwrap(), expected, "{path}");
        }
    }

    #[test]
    fn attack_48_what_can_be_read_in_two_ways_is_no_path() {
        let paths = [
            "",
            "*",
            "a",
            "//",
            "/a//b",
            "/.",
            "/..",
            "/a/../b",
            "/%2e%2e/a",
            "/%2E",
            "/..%2f..%2fetc/passwd",
            "/a%2Fb",
            "/%c0%ae",
            "/%00.py",
            "/a%",
            "/a%4",
            "/a%zz",
        ];
        for path in paths {
            assert_eq!(segments(path), None, "{path}");
        }
    }

    proptest! {
        #[test]
        fn no_path_panics_and_no_segment_leaves_its_folder(path in any::<String>()) {
            for segment in segments(&path).unwrap_or_default() {
                prop_assert_eq!(std::path::Path::new(&segment).components().count(), 1);
                prop_assert_eq!(segment.contains('/'), false);
            }
        }
    }
}
