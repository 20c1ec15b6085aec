//! What a part of a multipart body says of itself (RFC 7578).

use http::{
    HeaderMap, HeaderName,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE},
};

use super::{
    headers::text,
    media::check_charset,
    parameters::{Parameters, split},
    percent,
};
use crate::failure::{Failure, Kind};

const CONTENT_TRANSFER_ENCODING: HeaderName = HeaderName::from_static("content-transfer-encoding");

/// The names of a part.
#[derive(Debug)]
pub(super) struct Disposition {
    pub(super) name: String,
    /// The client's name of a file: data, whatever it looks like. A part without one is a field.
    pub(super) filename: Option<String>,
    /// As it was declared; empty when it was not.
    pub(super) media_type: String,
}

impl Disposition {
    /// Reads the headers of a part.
    ///
    /// # Errors
    /// [`Kind::BadMultipart`] when they name no field, or one in two ways; [`Kind::UnsupportedEncoding`] when
    /// the content is not what it stands for.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Failure> {
        let refused = |message: &str| Err(Failure::new(Kind::BadMultipart, message));
        let field = headers.get(CONTENT_DISPOSITION).map(|value| value.as_bytes()).unwrap_or_default();
        let (kind, rest) = split(field);
        let Some(parameters) = Parameters::parse(rest).filter(|_| kind == "form-data") else {
            return refused("a part of the multipart body has no Content-Disposition that can be read");
        };
        let Some(name) = parameters.get("name") else {
            return refused("a part of the multipart body has no name");
        };
        let filename = match (parameters.get("filename*"), parameters.get("filename")) {
            (Some(extended), _) => Some(extended_value(extended)?),
            (None, plain) => plain.map(|plain| utf8(plain.to_owned())).transpose()?,
        };
        let declared = headers.get(CONTENT_TYPE).map(|value| value.as_bytes()).unwrap_or_default();
        if filename.is_none() {
            check_charset(&Parameters::parse(split(declared).1).unwrap_or_default())?;
        }
        check_transfer_encoding(headers)?;
        Ok(Self { name: utf8(name.to_owned())?, filename, media_type: text(declared) })
    }

    /// How much memory it takes.
    pub(super) fn len(&self) -> usize {
        self.name.len() + self.filename.as_ref().map_or(0, String::len) + self.media_type.len()
    }
}

fn utf8(name: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(name)
        .map_err(|_| Failure::new(Kind::BadParameters, "a name in the multipart body is not UTF-8"))
}

/// `UTF-8''a%20b` (RFC 8187), which forms should not have and some clients send all the same.
fn extended_value(value: &[u8]) -> Result<String, Failure> {
    let refused = || Failure::new(Kind::BadMultipart, "a filename* in the multipart body cannot be read");
    let value = str::from_utf8(value).map_err(|_| refused())?;
    let (charset, rest) = value.split_once('\'').ok_or_else(refused)?;
    let (_, encoded) = rest.split_once('\'').ok_or_else(refused)?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return Err(refused());
    }
    utf8(percent::decode(encoded))
}

/// Nobody decodes these any more, and content that is not decoded must not pass for what it stands for.
fn check_transfer_encoding(headers: &HeaderMap) -> Result<(), Failure> {
    match headers.get(CONTENT_TRANSFER_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase()).as_deref()
    {
        None | Some(b"binary" | b"8bit" | b"7bit") => Ok(()),
        Some(_) => {
            let message = "a part of the multipart body has a Content-Transfer-Encoding";
            Err(Failure::new(Kind::UnsupportedEncoding, message).remedy("send its bytes as they are"))
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::Disposition;
    use crate::failure::Kind;

    fn of(fields: &[(&'static str, &[u8])]) -> Result<(String, Option<String>, String), Kind> {
        let field = |&(name, value): &(&'static str, &[u8])| {
            (HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap())
        };
        let read = Disposition::of(&fields.iter().map(field).collect::<HeaderMap>());
        read.map(|read| (read.name, read.filename, read.media_type)).map_err(|failure| failure.kind)
    }

    fn named(disposition: &str) -> Result<(String, Option<String>), Kind> {
        of(&[("content-disposition", disposition.as_bytes())]).map(|(name, filename, _)| (name, filename))
    }

    #[test]
    fn row_37_a_part_is_a_field_or_a_file() {
        let table = [
            ("form-data; name=\"a\"", "a", None),
            ("Form-Data; NAME=a; FileName=\"b.txt\"", "a", Some("b.txt")),
            ("form-data; name=\"\"; filename=\"\"", "", Some("")),
            ("form-data; filename*=UTF-8''%e2%82%ac+%20x; name=a", "a", Some("€+ x")),
            ("form-data; name=a; filename=plain; filename*=utf-8'en'better", "a", Some("better")),
            ("form-data; filename=\"x; name=evil\"; name=a", "a", Some("x; name=evil")),
        ];
        for (disposition, name, filename) in table {
            assert_eq!(
                named(disposition),
                Ok((name.to_owned(), filename.map(str::to_owned))),
                "{disposition}"
            );
        }
    }

    #[test]
    fn attack_30_a_part_without_a_name_or_with_two_is_refused() {
        let table = [
            "form-data",
            "form-data; filename=\"a\"",
            "attachment; name=\"a\"",
            "form-data; name=\"a\"; name=\"b\"",
            "form-data; name=\"a\"; filename=\"b\"; filename=\"c\"",
            "form-data; name=\"a",
            "form-data; name=a; filename*=latin1''x",
            "form-data; name=a; filename*=x",
        ];
        for disposition in table {
            assert_eq!(named(disposition), Err(Kind::BadMultipart), "{disposition}");
        }
        assert_eq!(of(&[]), Err(Kind::BadMultipart));
    }

    #[test]
    fn attack_31_file_names_are_data() {
        for name in ["../../etc/passwd", "/abs", r"C:\x", ".", "..", "a/b", "%00", "CON"] {
            let disposition = format!("form-data; name=a; filename=\"{name}\"");
            assert_eq!(named(&disposition), Ok(("a".to_owned(), Some(name.to_owned()))));
        }
        assert_eq!(
            named("form-data; name=a; filename*=utf-8''a%00b"),
            Ok(("a".to_owned(), Some("a\0b".to_owned())))
        );
    }

    #[test]
    fn names_are_utf_8_and_so_are_fields() {
        let disposition: (_, &[u8]) = ("content-disposition", b"form-data; name=a");
        assert_eq!(of(&[("content-disposition", b"form-data; name=\xff")]), Err(Kind::BadParameters));
        assert_eq!(
            of(&[("content-disposition", b"form-data; name=a; filename=\xff")]),
            Err(Kind::BadParameters)
        );
        let latin = ("content-type", &b"text/plain; charset=iso-8859-1"[..]);
        assert_eq!(of(&[disposition, latin]), Err(Kind::UnsupportedEncoding));
        let file = of(&[("content-disposition", b"form-data; name=a; filename=b"), latin]);
        assert_eq!(file.unwrap().2, "text/plain; charset=iso-8859-1");
        let encoded =
            |coding: &'static str| of(&[disposition, ("content-transfer-encoding", coding.as_bytes())]);
        assert_eq!(encoded("BASE64").unwrap_err(), Kind::UnsupportedEncoding);
        assert!(encoded("Binary").is_ok());
    }
}
