//! Files of environment variables: `NAME=value` lines, `#` comments, an `export ` that may stand before.
//!
//! A value in single quotes is literal; in double quotes `\n`, `\t`, `\"`, `\\` and `\$` are escapes; without
//! quotes it is trimmed and ends before ` #`. Nothing is expanded, and a value ends with its line.

use std::{
    ffi::OsString,
    fs, io,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::Path,
};

use crate::error::{Error, ErrorKind};

/// The variables of that file in their order.
pub(super) fn read(file: &Path) -> Result<Vec<(OsString, OsString)>, Error> {
    let text = fs::read(file).map_err(|error| unreadable(file, error))?;
    let lines = text.split(|&byte| byte == b'\n').enumerate();
    lines
        .filter_map(|(index, line)| match parse(line) {
            Ok(None) => None,
            Ok(Some(variable)) => Some(Ok(variable)),
            Err(reason) => {
                let message = format!("{}, line {}: {reason}", file.display(), index + 1);
                Some(Err(Error::new(ErrorKind::InvalidSetting, message).remedy("write NAME=value")))
            }
        })
        .collect()
}

fn unreadable(file: &Path, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => {
            Error::new(ErrorKind::MissingFile, format!("there is no file {}", file.display()))
        }
        _ => Error::system(format!("cannot read {}", file.display()), error),
    }
}

fn parse(line: &[u8]) -> Result<Option<(OsString, OsString)>, &'static str> {
    let line = line.trim_ascii();
    if line.is_empty() || line.starts_with(b"#") {
        return Ok(None);
    }
    let line = line.strip_prefix(b"export ").map_or(line, <[u8]>::trim_ascii_start);
    let equals = line.iter().position(|&byte| byte == b'=').ok_or("there is no `=`")?;
    let (name, value) = (line[..equals].trim_ascii_end(), line[equals + 1..].trim_ascii_start());
    if name.is_empty() || name.iter().any(u8::is_ascii_whitespace) {
        return Err("there is no name before the `=`");
    }
    let value = self::value(value)?;
    if name.contains(&0) || value.contains(&0) {
        return Err("there is a NUL in it");
    }
    Ok(Some((std::ffi::OsStr::from_bytes(name).to_owned(), OsString::from_vec(value))))
}

fn value(text: &[u8]) -> Result<Vec<u8>, &'static str> {
    let (value, rest) = match text {
        [b'\'', quoted @ ..] => single_quoted(quoted)?,
        [b'"', quoted @ ..] => double_quoted(quoted)?,
        _ => return Ok(unquoted(text).to_vec()),
    };
    match rest.trim_ascii_start() {
        [] | [b'#', ..] => Ok(value),
        _ => Err("there is more after the closing quote"),
    }
}

fn single_quoted(text: &[u8]) -> Result<(Vec<u8>, &[u8]), &'static str> {
    let end = text.iter().position(|&byte| byte == b'\'').ok_or("a closing ' is missing")?;
    Ok((text[..end].to_vec(), &text[end + 1..]))
}

fn double_quoted(text: &[u8]) -> Result<(Vec<u8>, &[u8]), &'static str> {
    let (mut value, mut rest) = (Vec::new(), text);
    loop {
        rest = match rest {
            [] => return Err("a closing \" is missing"),
            [b'"', after @ ..] => return Ok((value, after)),
            [b'\\', escaped @ (b'n' | b't' | b'"' | b'\\' | b'$'), after @ ..] => {
                value.push(match escaped {
                    b'n' => b'\n',
                    b't' => b'\t',
                    other => *other,
                });
                after
            }
            [byte, after @ ..] => {
                value.push(*byte);
                after
            }
        };
    }
}

fn unquoted(text: &[u8]) -> &[u8] {
    if text.starts_with(b"#") {
        return b"";
    }
    let comment = text.windows(2).position(|pair| pair[0].is_ascii_whitespace() && pair[1] == b'#');
    text[..comment.unwrap_or(text.len())].trim_ascii_end()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::{any, proptest};

    use super::{parse, read};

    fn parsed(line: &str) -> Result<Option<(String, String)>, &'static str> {
        let text = |word: std::ffi::OsString| word.into_string().unwrap();
        parse(line.as_bytes()).map(|variable| variable.map(|(name, value)| (text(name), text(value))))
    }

    fn value(line: &str) -> String {
        parsed(line).unwrap().unwrap().1
    }

    #[test]
    fn row_23_lines_of_an_environment_file() {
        assert_eq!(parsed("export A=b").unwrap().unwrap(), ("A".into(), "b".into()));
        assert_eq!(value("A = b c # d\r"), "b c");
        assert_eq!(value("A="), "");
        assert_eq!(value("A=b#c"), "b#c");
        assert_eq!(value("A='b # \"c\\n' # d"), "b # \"c\\n");
        assert_eq!(value(r#"A="b\n\"c\" \$d \e""#), "b\n\"c\" $d \\e");
        assert_eq!(value("URL=http://h/?a=b"), "http://h/?a=b");
        for nothing in ["", "   ", "# A=b"] {
            assert_eq!(parsed(nothing).unwrap(), None);
        }
    }

    #[test]
    fn what_is_no_line_names_its_number() {
        for line in ["A", "=b", "A='b", "A=\"b", "A='b'c", "A B=c"] {
            assert!(parsed(line).is_err(), "{line}");
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".env");
        fs::write(&file, "A=b\n\noops\n").unwrap();
        let error = read(&file).unwrap_err();
        assert!(error.to_string().contains("line 3: "), "{error}");
        assert!(read(&folder.path().join("nope")).unwrap_err().is_missing_file());
    }

    proptest! {
        #[test]
        fn nothing_panics(line in any::<Vec<u8>>()) {
            let _ = parse(&line);
        }

        #[test]
        fn single_quotes_keep_everything(text in "[^'\n\0]*") {
            assert_eq!(value(&format!("A='{text}'")), text);
        }
    }
}
