//! Request headers as text: each name once, for documents and variables alike.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// A header that no client has a reason to send, and that many programs would take for the proxy to use.
pub(super) const PROXY: HeaderName = HeaderName::from_static("proxy");

/// All headers but `Proxy` by their lower-case names, in the order in which the names came.
///
/// What was sent repeatedly is joined with commas, and `Cookie` with semicolons.
pub(super) fn document_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let names = headers.keys().filter(|&name| name != PROXY);
    names.map(|name| (name.as_str().to_owned(), text(&joined(headers, name)))).collect()
}

/// All values of a header as one (RFC 9110, section 5.3; RFC 9113, section 8.2.3 for cookies).
pub(super) fn joined(headers: &HeaderMap, name: &HeaderName) -> Vec<u8> {
    let separator: &[u8] = if name == header::COOKIE { b"; " } else { b", " };
    let mut values = headers.get_all(name).iter().map(HeaderValue::as_bytes);
    let mut joined = values.next().unwrap_or_default().to_owned();
    for value in values {
        joined.extend_from_slice(separator);
        joined.extend_from_slice(value);
    }
    joined
}

/// UTF-8, or else Latin-1, in which every byte is a character.
pub(super) fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::document_headers;

    fn headers(fields: &[(&str, &[u8])]) -> Vec<(String, String)> {
        let field = |&(name, value): &(&str, &[u8])| {
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_bytes(value).unwrap())
        };
        document_headers(&fields.iter().map(field).collect::<HeaderMap>())
    }

    fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn row_44_names_are_lower_case_and_repeated_values_joined() {
        let sent: [(&str, &[u8]); 6] = [
            ("X-A", b"1"),
            ("Cookie", b"a=1"),
            ("X_B", b""),
            ("x-a", b"2"),
            ("Authorization", b"Basic x"),
            ("Cookie", b"b=2"),
        ];
        let expected =
            pairs(&[("x-a", "1, 2"), ("cookie", "a=1; b=2"), ("x_b", ""), ("authorization", "Basic x")]);
        assert_eq!(headers(&sent), expected);
    }

    #[test]
    fn attack_01_proxy_is_absent() {
        assert_eq!(headers(&[("Proxy", b"http://evil"), ("x", b"1")]), pairs(&[("x", "1")]));
    }

    #[test]
    fn values_are_utf_8_or_else_latin_1() {
        assert_eq!(headers(&[("a", "é€".as_bytes()), ("b", b"\xe9")]), pairs(&[("a", "é€"), ("b", "é")]));
    }
}
