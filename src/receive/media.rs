//! What a body is, by its headers: one of the three types that become parameters, or none of our business.

use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};

use super::parameters::{Parameters, split};
use crate::failure::{Failure, Kind};

/// RFC 2046, section 5.1.1.
const LONGEST_BOUNDARY: usize = 70;

/// A type of bodies.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `application/json` and every `application/…+json`.
    Json,
    /// `multipart/form-data` with its boundary.
    Multipart(String),
    /// Anything else.
    Raw,
}

/// The type of a body, when it can be parsed as what it is.
///
/// # Errors
/// [`Kind::UnsupportedEncoding`] for a type that is parsed, but compressed or in another charset than UTF-8;
/// [`Kind::BadMultipart`] for a boundary that is none.
pub(super) fn media(headers: &HeaderMap) -> Result<Media, Failure> {
    let field = headers.get(CONTENT_TYPE).map(|value| value.as_bytes()).unwrap_or_default();
    let (name, rest) = split(field);
    let is_json =
        name.strip_prefix("application/").is_some_and(|name| name == "json" || name.ends_with("+json"));
    let is_multipart = name == "multipart/form-data";
    if !is_json && !is_multipart && name != "application/x-www-form-urlencoded" {
        return Ok(Media::Raw);
    }
    check_encoding(headers)?;
    let parameters = Parameters::parse(rest)
        .ok_or_else(|| Failure::new(Kind::BadRequest, "the parameters of Content-Type cannot be read"))?;
    check_charset(&parameters)?;
    match (is_json, is_multipart) {
        (true, _) => Ok(Media::Json),
        (_, true) => boundary(&parameters).map(Media::Multipart),
        _ => Ok(Media::Form),
    }
}

/// Refuses every charset but UTF-8 and what is part of it.
pub(super) fn check_charset(parameters: &Parameters) -> Result<(), Failure> {
    let known = ["utf-8", "utf8", "us-ascii", "ascii"];
    match parameters.get("charset") {
        Some(charset) if !known.iter().any(|known| charset.eq_ignore_ascii_case(known.as_bytes())) => {
            Err(Failure::new(Kind::UnsupportedEncoding, "the body is not in UTF-8")
                .remedy("send it in UTF-8, or as application/octet-stream to reach the service as it is"))
        }
        _ => Ok(()),
    }
}

fn check_encoding(headers: &HeaderMap) -> Result<(), Failure> {
    let values = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .flat_map(|value| value.as_bytes().split(|&byte| byte == b','));
    for coding in values.map(<[u8]>::trim_ascii) {
        if !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity") {
            let message = "the body is compressed (Content-Encoding), and of a type that is parsed";
            return Err(Failure::new(Kind::UnsupportedEncoding, message)
                .remedy("send it as it is, or as application/octet-stream for the service to unpack"));
        }
    }
    Ok(())
}

fn boundary(parameters: &Parameters) -> Result<String, Failure> {
    let refused = |message: &str| Err(Failure::new(Kind::BadMultipart, message));
    let Some(boundary) = parameters.get("boundary") else {
        return refused("a multipart body needs a boundary in its Content-Type");
    };
    if boundary.len() > LONGEST_BOUNDARY {
        return refused("the boundary of the multipart body is longer than 70 characters");
    }
    match str::from_utf8(boundary) {
        Ok(boundary)
            if boundary.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
                && !boundary.is_empty() =>
        {
            Ok(boundary.to_owned())
        }
        _ => refused("the boundary of the multipart body is none"),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{Media, media};
    use crate::failure::Kind;

    fn of(fields: &[(&'static str, &str)]) -> Result<Media, Kind> {
        let field = |&(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        };
        media(&fields.iter().map(field).collect::<HeaderMap>()).map_err(|failure| failure.kind)
    }

    fn of_type(content_type: &str) -> Result<Media, Kind> {
        of(&[("content-type", content_type)])
    }

    #[test]
    fn row_32_36_types_are_known_in_any_spelling() {
        for json in [
            "application/json",
            "Application/JSON ; charset=UTF-8",
            "application/problem+json; charset=\"utf8\"",
        ] {
            assert_eq!(of_type(json), Ok(Media::Json), "{json}");
        }
        assert_eq!(of_type("application/x-www-form-urlencoded; charset=utf-8"), Ok(Media::Form));
        assert_eq!(of_type("multipart/form-data; boundary=\"a b\""), Ok(Media::Multipart("a b".to_owned())));
    }

    #[test]
    fn row_38_42_everything_else_is_raw() {
        let raw = [
            "",
            "application/octet-stream",
            "text/json",
            "application/jsonp",
            "multipart/mixed; boundary=x",
            "json",
            "\u{e9}",
        ];
        for raw in raw {
            assert_eq!(of_type(raw), Ok(Media::Raw), "{raw}");
        }
        assert_eq!(of(&[]), Ok(Media::Raw));
        assert_eq!(
            of(&[("content-type", "text/plain; charset=latin1"), ("content-encoding", "gzip")]),
            Ok(Media::Raw)
        );
    }

    #[test]
    fn row_32_another_charset_is_refused() {
        for json in
            ["application/json; charset=iso-8859-1", "application/x-www-form-urlencoded; charset=utf-16"]
        {
            assert_eq!(of_type(json), Err(Kind::UnsupportedEncoding), "{json}");
        }
        assert_eq!(of_type("application/json; charset=\"utf-8"), Err(Kind::BadRequest));
    }

    #[test]
    fn attack_29_a_compressed_body_is_not_parsed() {
        let json = ("content-type", "application/json");
        for coding in ["gzip", "identity, br", "x"] {
            assert_eq!(of(&[json, ("content-encoding", coding)]), Err(Kind::UnsupportedEncoding), "{coding}");
        }
        let twice = [json, ("content-encoding", "identity"), ("content-encoding", "gzip")];
        assert_eq!(of(&twice), Err(Kind::UnsupportedEncoding));
        assert_eq!(of(&[json, ("content-encoding", "Identity")]), Ok(Media::Json));
    }

    #[test]
    fn attack_30_a_boundary_has_1_to_70_characters() {
        let longest = "x".repeat(70);
        assert_eq!(
            of_type(&format!("multipart/form-data; boundary={longest}")),
            Ok(Media::Multipart(longest.clone()))
        );
        for boundary in
            ["", "; boundary=", "; boundary=\"\"", &format!("; boundary={longest}x"), "; boundary=é"]
        {
            assert_eq!(
                of_type(&format!("multipart/form-data{boundary}")),
                Err(Kind::BadMultipart),
                "{boundary}"
            );
        }
    }
}
