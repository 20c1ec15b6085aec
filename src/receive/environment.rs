//! A request as variables: the meta-variables of RFC 3875, `HTTP_*` for its headers, and what is ours.

use std::net::IpAddr;

use http::{
    HeaderName, Version,
    header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, PROXY_AUTHORIZATION},
    request::Parts,
};

use super::{
    Facts,
    headers::{PROXY, joined, text},
    host, percent,
};

const SOFTWARE: &str = concat!("stack/", env!("CARGO_PKG_VERSION"));

/// Headers that never become `HTTP_*`: credentials, what has a variable of its own, and what would name a
/// proxy.
const WITHHELD: [HeaderName; 5] = [AUTHORIZATION, PROXY_AUTHORIZATION, CONTENT_TYPE, CONTENT_LENGTH, PROXY];

/// The variables that a request adds to its service's environment; no value has a NUL in it.
///
/// What is not known is left out: the addresses of a client without one, the length of a chunked body.
pub(crate) fn variables(head: &Parts, facts: &Facts<'_>) -> Vec<(String, Vec<u8>)> {
    let mut variables = Variables(Vec::with_capacity(24 + head.headers.keys_len()));
    variables.put("GATEWAY_INTERFACE", "CGI/1.1");
    variables.put("SERVER_SOFTWARE", SOFTWARE);
    variables.put_server(head, facts);
    variables.put("REQUEST_METHOD", head.method.as_str());
    variables.put("REQUEST_URI", head.uri.path_and_query().map_or("", |uri| uri.as_str()));
    match facts.script {
        Some(script) => {
            variables.put("SCRIPT_NAME", script.name.as_str());
            variables.put("PATH_INFO", script.rest.as_str());
        }
        None => {
            variables.put("SCRIPT_NAME", "");
            variables.put("PATH_INFO", path_info(head.uri.path()));
        }
    }
    variables.put("QUERY_STRING", head.uri.query().unwrap_or_default());
    if let Some(remote) = facts.remote {
        variables.put("REMOTE_ADDR", remote.ip().to_canonical().to_string());
        variables.put("REMOTE_PORT", remote.port().to_string());
    }
    if let Some(media_type) = head.headers.get(CONTENT_TYPE) {
        variables.put("CONTENT_TYPE", media_type.as_bytes());
    }
    if let Some(length) = content_length(head) {
        variables.put("CONTENT_LENGTH", length.to_string());
    }
    variables.put_headers(head);
    variables.put("STACK_REQUEST_ID", facts.id);
    if let Some(deadline) = facts.deadline {
        variables.put("STACK_DEADLINE_MS", deadline.to_string());
    }
    variables.put("TRACEPARENT", facts.traceparent);
    variables.0
}

/// The same as text, for the document: what is not UTF-8 is read as Latin-1.
pub(crate) fn texts(variables: &[(String, Vec<u8>)]) -> Vec<(String, String)> {
    variables.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// The length that the head declares.
pub(super) fn content_length(head: &Parts) -> Option<u64> {
    let value = head.headers.get(CONTENT_LENGTH)?.to_str().ok()?;
    value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse().ok()).flatten()
}

struct Variables(Vec<(String, Vec<u8>)>);

impl Variables {
    fn put(&mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) {
        self.0.push((name.into(), value.into()));
    }

    fn put_server(&mut self, head: &Parts, facts: &Facts<'_>) {
        let asked = host::host(head);
        let name = asked.map(host::name).filter(|name| is_plain(name));
        match (name, facts.local) {
            (Some(name), _) => self.put("SERVER_NAME", name),
            (None, Some(local)) => self.put("SERVER_NAME", literal(local.ip().to_canonical())),
            (None, None) => self.put("SERVER_NAME", "localhost"),
        }
        let port = facts.local.map(|local| local.port()).or_else(|| asked.and_then(host::port));
        self.put("SERVER_PORT", port.unwrap_or(80).to_string());
        self.put("SERVER_PROTOCOL", protocol(head.version));
        // HTTP/2 names the host in the address; programs look for the header.
        if !head.headers.contains_key(HOST)
            && let Some(asked) = asked
        {
            self.put("HTTP_HOST", asked);
        }
    }

    fn put_headers(&mut self, head: &Parts) {
        for name in head.headers.keys().filter(|&name| is_carried(name)) {
            let letters = name
                .as_str()
                .chars()
                .map(|letter| if letter == '-' { '_' } else { letter.to_ascii_uppercase() });
            self.put("HTTP_".chars().chain(letters).collect::<String>(), joined(&head.headers, name));
        }
    }
}

/// Letters, digits and hyphens alone: with an underscore, `X_Foo` would pass for `X-Foo`.
fn is_carried(name: &HeaderName) -> bool {
    let is_plain = name.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_plain && !WITHHELD.contains(name)
}

/// An address as a host is written.
fn literal(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}

/// The path decoded; as it came where that would have a NUL in it, which no variable can hold.
fn path_info(path: &str) -> Vec<u8> {
    let decoded = percent::decode(path);
    if decoded.contains(&0) { path.into() } else { decoded }
}

fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2.0",
        Version::HTTP_3 => "HTTP/3.0",
        _ => "HTTP/1.1",
    }
}

#[cfg(test)]
mod tests {
    use http::{Request, Version, request};

    use super::{texts, variables};
    use crate::receive::Facts;

    const FACTS: Facts<'static> = Facts {
        remote: None,
        local: None,
        id: "the-id",
        deadline: None,
        traceparent: "00-a-b-01",
        script: None,
    };

    fn told(request: request::Builder, facts: &Facts<'_>) -> Vec<(String, String)> {
        let (head, ()) = request.body(()).unwrap().into_parts();
        texts(&variables(&head, facts))
    }

    fn value<'a>(variables: &'a [(String, String)], name: &str) -> Option<&'a str> {
        let mut values = variables.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str());
        let value = values.next();
        assert!(values.next().is_none(), "{name} twice");
        value
    }

    fn check(variables: &[(String, String)], expected: &[(&str, Option<&str>)]) {
        for (name, expected) in expected {
            assert_eq!(value(variables, name), *expected, "{name}");
        }
    }

    #[test]
    fn row_45_the_variables_of_rfc_3875() {
        let request = Request::builder()
            .method("POST")
            .uri("/a%20b?x=%41")
            .version(Version::HTTP_11)
            .header("Host", "example.org:8080")
            .header("Content-Type", "text/plain")
            .header("Content-Length", "5")
            .header("User-Agent", "test");
        let facts = Facts {
            remote: Some("10.0.0.1:99".parse().unwrap()),
            local: Some("10.0.0.2:3000".parse().unwrap()),
            deadline: Some(7),
            ..FACTS
        };
        check(
            &told(request, &facts),
            &[
                ("GATEWAY_INTERFACE", Some("CGI/1.1")),
                ("REQUEST_METHOD", Some("POST")),
                ("REQUEST_URI", Some("/a%20b?x=%41")),
                ("PATH_INFO", Some("/a b")),
                ("SCRIPT_NAME", Some("")),
                ("QUERY_STRING", Some("x=%41")),
                ("SERVER_NAME", Some("example.org")),
                ("SERVER_PORT", Some("3000")),
                ("SERVER_PROTOCOL", Some("HTTP/1.1")),
                ("SERVER_SOFTWARE", Some(concat!("stack/", env!("CARGO_PKG_VERSION")))),
                ("REMOTE_ADDR", Some("10.0.0.1")),
                ("REMOTE_PORT", Some("99")),
                ("CONTENT_TYPE", Some("text/plain")),
                ("CONTENT_LENGTH", Some("5")),
                ("HTTP_HOST", Some("example.org:8080")),
                ("HTTP_USER_AGENT", Some("test")),
                ("HTTP_CONTENT_TYPE", None),
                ("HTTP_CONTENT_LENGTH", None),
                ("STACK_REQUEST_ID", Some("the-id")),
                ("STACK_DEADLINE_MS", Some("7")),
                ("TRACEPARENT", Some("00-a-b-01")),
            ],
        );
    }

    #[test]
    fn row_45_what_is_not_known_is_left_out() {
        let request = Request::builder().uri("/").header("Host", "a\"b$(id)").header("Content-Length", "+5");
        check(
            &told(request, &FACTS),
            &[
                ("QUERY_STRING", Some("")),
                ("SERVER_NAME", Some("localhost")),
                ("SERVER_PORT", Some("80")),
                ("REMOTE_ADDR", None),
                ("CONTENT_TYPE", None),
                ("CONTENT_LENGTH", None),
                ("STACK_DEADLINE_MS", None),
            ],
        );
    }

    #[test]
    fn row_45_http_2_names_its_host_in_the_address() {
        let request = Request::builder().uri("http://[::1]:3000/x").version(Version::HTTP_2);
        let facts = Facts { local: Some("[::1]:3000".parse().unwrap()), ..FACTS };
        check(
            &told(request, &facts),
            &[
                ("SERVER_PROTOCOL", Some("HTTP/2.0")),
                ("SERVER_NAME", Some("[::1]")),
                ("HTTP_HOST", Some("[::1]:3000")),
                ("REQUEST_URI", Some("/x")),
            ],
        );
    }

    #[test]
    fn attack_01_02_03_04_headers_reach_only_names_of_their_own() {
        let request = Request::builder()
            .uri("/")
            .header("Proxy", "http://evil")
            .header("Path", "/x")
            .header("Ld-Preload", "/x.so")
            .header("X_Foo", "a")
            .header("X-Foo", "b")
            .header("X-Foo", "c")
            .header("X.Bar!", "d")
            .header("Authorization", "Basic x")
            .header("Proxy-Authorization", "Basic x")
            .header("Cookie", "a=1")
            .header("Cookie", "b=2");
        let told = told(request, &FACTS);
        check(
            &told,
            &[
                ("HTTP_PATH", Some("/x")),
                ("HTTP_LD_PRELOAD", Some("/x.so")),
                ("HTTP_X_FOO", Some("b, c")),
                ("HTTP_COOKIE", Some("a=1; b=2")),
                ("HTTP_PROXY", None),
                ("HTTP_AUTHORIZATION", None),
                ("HTTP_PROXY_AUTHORIZATION", None),
            ],
        );
        let plain =
            |name: &str| name.bytes().all(|byte| byte.is_ascii_uppercase() || b"_0123456789".contains(&byte));
        assert!(told.iter().all(|(name, _)| plain(name)));
        assert_eq!(told.iter().filter(|(name, _)| name.starts_with("HTTP_")).count(), 4);
    }

    #[test]
    fn attack_05_the_query_is_one_variable() {
        let request = Request::builder().uri("/?PATH=/x&LD_PRELOAD=/x.so&IFS=x");
        let told = told(request, &FACTS);
        check(
            &told,
            &[("QUERY_STRING", Some("PATH=/x&LD_PRELOAD=/x.so&IFS=x")), ("PATH", None), ("IFS", None)],
        );
    }

    #[test]
    fn attack_08_no_variable_has_a_nul() {
        let (head, ()) = Request::builder().uri("/a%00b/%ff?c%00d").body(()).unwrap().into_parts();
        let variables = variables(&head, &FACTS);
        assert!(variables.iter().all(|(_, value)| !value.contains(&0)));
        check(&texts(&variables), &[("PATH_INFO", Some("/a%00b/%ff")), ("QUERY_STRING", Some("c%00d"))]);
    }
}
