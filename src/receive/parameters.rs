//! `value; name=value; name="value"`: how `Content-Type` and `Content-Disposition` are written.

/// The value before the parameters in lower case, and all that stands behind it.
pub(super) fn split(field: &[u8]) -> (String, &[u8]) {
    let end = field.iter().position(|&byte| byte == b';').unwrap_or(field.len());
    let value = String::from_utf8_lossy(field[..end].trim_ascii()).to_ascii_lowercase();
    (value, &field[end..])
}

/// The parameters of one field by their lower-case names.
#[derive(Debug, Default)]
pub(super) struct Parameters(Vec<(String, Vec<u8>)>);

impl Parameters {
    /// Reads what [`split`] has left; nothing when a quoted value does not end, when something stands behind
    /// one, or when a name comes twice: different readers would read such a field differently.
    ///
    /// In a quoted value `\"` and `\\` are escapes, and any other backslash is itself, because browsers have
    /// sent whole Windows paths that way.
    pub(super) fn parse(mut rest: &[u8]) -> Option<Self> {
        let mut parameters = Self::default();
        while let Some(after) = rest.strip_prefix(b";") {
            let end = after.iter().position(|&byte| byte == b'=' || byte == b';').unwrap_or(after.len());
            let (name, after) = after.split_at(end);
            let Some(after) = after.strip_prefix(b"=") else {
                // A word without a value says nothing.
                rest = after;
                continue;
            };
            let (value, after) = value(after.trim_ascii_start())?;
            let name = String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase();
            if parameters.get(&name).is_some() {
                return None;
            }
            parameters.0.push((name, value));
            rest = after;
        }
        rest.is_empty().then_some(parameters)
    }

    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_slice())
    }
}

/// A value, and what follows from the next semicolon on.
fn value(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    match text.strip_prefix(b"\"") {
        Some(quoted) => {
            let (value, after) = unquoted(quoted)?;
            Some((value, after.trim_ascii_start()))
        }
        None => {
            let end = text.iter().position(|&byte| byte == b';').unwrap_or(text.len());
            Some((text[..end].trim_ascii_end().to_owned(), &text[end..]))
        }
    }
}

fn unquoted(mut rest: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut value = Vec::new();
    loop {
        let (byte, after) = match rest {
            [b'"', after @ ..] => return Some((value, after)),
            [b'\\', byte @ (b'"' | b'\\'), after @ ..] | [byte, after @ ..] => (*byte, after),
            [] => return None,
        };
        value.push(byte);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Parameters, split};

    fn parse(field: &str) -> Option<(String, Vec<(String, String)>)> {
        let (value, rest) = split(field.as_bytes());
        let text = |value: Vec<u8>| String::from_utf8(value).unwrap();
        let parameters = Parameters::parse(rest)?.0;
        Some((value, parameters.into_iter().map(|(name, value)| (name, text(value))).collect()))
    }

    #[test]
    fn values_are_words_or_quoted() {
        type Pairs<'a> = &'a [(&'a str, &'a str)];
        let table: [(&str, &str, Pairs<'_>); 9] = [
            ("", "", &[]),
            (" Text/HTML ;", "text/html", &[]),
            ("a; Charset = UTF-8 ;b=", "a", &[("charset", "UTF-8"), ("b", "")]),
            ("a;b;c=d;", "a", &[("c", "d")]),
            (
                "form-data; name=\"a;b=c\"; filename=a b.txt",
                "form-data",
                &[("name", "a;b=c"), ("filename", "a b.txt")],
            ),
            ("f; filename=\"a; name=evil\"; name=x", "f", &[("filename", "a; name=evil"), ("name", "x")]),
            (r#"f; name="a\"b\\c\d""#, "f", &[("name", r#"a"b\c\d"#)]),
            (r#"f; filename="C:\x.txt" ; name="" "#, "f", &[("filename", r"C:\x.txt"), ("name", "")]),
            ("f; name=\"é\"; filename*=UTF-8''x", "f", &[("name", "é"), ("filename*", "UTF-8''x")]),
        ];
        for (field, value, parameters) in table {
            let parameters = parameters.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(parse(field), Some((value.to_owned(), parameters.collect())), "{field}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        for field in
            ["f; name=\"a", "f; name=\"a\"b", "f; name=a; NAME=b", "f; name=\"a\\\"", "f; name=\"a\" x; b=c"]
        {
            assert_eq!(parse(field), None, "{field}");
        }
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(name in "[a-z]{1,9}", value in any::<String>()) {
            let quoted = value.replace('\\', r"\\").replace('"', "\\\"");
            let expected = vec![(name.clone(), value)];
            prop_assert_eq!(parse(&format!("x; {name}=\"{quoted}\"")), Some(("x".to_owned(), expected)));
        }

        #[test]
        fn no_bytes_panic(bytes in any::<Vec<u8>>()) {
            let (_, rest) = split(&bytes);
            let _ = Parameters::parse(rest);
        }
    }
}
