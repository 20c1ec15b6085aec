//! A URL that can be asked: its parts, and what is refused of it.

use http::Uri;

use crate::error::{Error, ErrorKind};

/// An `http://` or `https://` address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Url {
    pub(super) is_secure: bool,
    /// As it was written, for the `Host` header.
    authority: String,
    /// Without the brackets of an IPv6 address.
    pub(super) host: String,
    pub(super) port: u16,
    /// Path and query.
    target: String,
}

impl Url {
    /// Whether the word begins as a URL does, and so can be no file.
    pub(in crate::cli) fn is_meant(word: &str) -> bool {
        let begins =
            |scheme: &str| word.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme));
        begins("http://") || begins("https://")
    }

    pub(in crate::cli) fn parse(text: &str) -> Result<Self, Error> {
        let refused = |why: &str| Error::new(ErrorKind::InvalidSetting, format!("{text} is no URL: {why}"));
        let uri: Uri = text.parse().map_err(|error: http::uri::InvalidUri| {
            refused(&error.to_string()).remedy("write what is special in it as in %20, or use -q")
        })?;
        let is_secure = uri.scheme_str().is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
        let authority = uri.authority().ok_or_else(|| refused("it names no host"))?.as_str();
        if authority.contains('@') {
            let error = Error::new(ErrorKind::InvalidSetting, "a name and password in a URL are not sent");
            return Err(error.remedy("send them by -H 'Authorization: …'"));
        }
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| refused("it names no host"))?;
        let port = match authority.strip_prefix(host).and_then(|rest| rest.strip_prefix(':')) {
            Some(port) if !port.is_empty() => {
                port.parse().map_err(|_| refused(&format!("{port} is no port")))?
            }
            _ if is_secure => 443,
            _ => 80,
        };
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        Ok(Self {
            is_secure,
            authority: authority.to_owned(),
            host: bare.to_owned(),
            port,
            target: format!("{}{query}", uri.path()),
        })
    }

    pub(in crate::cli) fn authority(&self) -> &str {
        &self.authority
    }

    pub(in crate::cli) fn target(&self) -> &str {
        &self.target
    }
}

#[cfg(test)]
mod tests {
    use super::Url;

    #[test]
    fn the_parts_of_a_url() {
        let table = [
            ("http://a.example", (false, "a.example", "a.example", 80, "/")),
            ("HTTPS://a.example", (true, "a.example", "a.example", 443, "/")),
            ("https://a:8443/x/y?b=c#d", (true, "a:8443", "a", 8443, "/x/y?b=c")),
            ("http://[::1]:3000/", (false, "[::1]:3000", "::1", 3000, "/")),
            ("http://[::1]?q", (false, "[::1]", "::1", 80, "/?q")),
            ("http://a:/%20", (false, "a:", "a", 80, "/%20")),
        ];
        for (text, expected) in table {
            assert!(Url::is_meant(text), "{text}");
            let url = Url::parse(text).unwrap();
            let parts = (url.is_secure, url.authority(), url.host.as_str(), url.port, url.target());
            assert_eq!(parts, expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for text in [
            "http://",
            "http:///x",
            "http://:80/",
            "http://a:65536/",
            "http://a:x/",
            "http://a b/",
            "https://[::1/",
        ] {
            assert!(Url::parse(text).unwrap_err().is_invalid_setting(), "{text}");
        }
        let error = Url::parse("http://me:secret@a.example/").unwrap_err().to_string();
        assert!(error.contains("Authorization") && !error.contains("secret"), "{error}");
        assert!(!Url::is_meant("./http://x") && !Url::is_meant("ftp://x") && !Url::is_meant("http:"));
    }
}
