//! What the client takes this server for.

use std::net::IpAddr;

use http::{header::HOST, request::Parts};

/// The authority of the address, which HTTP/2 and proxies send, else the `Host` header, without a user's
/// name.
pub(crate) fn host(head: &Parts) -> Option<&str> {
    let authority = head.uri.authority().map(|authority| authority.as_str());
    let header = || head.headers.get(HOST).and_then(|value| value.to_str().ok());
    let host = authority.or_else(header)?;
    Some(host.rsplit_once('@').map_or(host, |(_, host)| host))
}

/// The host without its port; an IPv6 address keeps its brackets.
pub(super) fn name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => name,
        _ => host,
    }
}

/// The port that the host names.
pub(super) fn port(host: &str) -> Option<u16> {
    host[name(host).len()..].strip_prefix(':')?.parse().ok()
}

/// Whether the client asked for this very machine by a name that means it everywhere. A page of another site
/// that made its own name point here did not.
pub(crate) fn has_local_host(head: &Parts) -> bool {
    let Some(name) = host(head).map(name) else { return false };
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    match bare.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => {
            let name = name.to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{Request, request::Parts};

    use super::{has_local_host, host, name, port};

    fn head(uri: &str, header: Option<&str>) -> Parts {
        let request = Request::builder().uri(uri);
        let request = header.into_iter().fold(request, |request, host| request.header("host", host));
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn attack_45_only_names_of_this_machine_are_local() {
        let local = ["localhost", "LOCALHOST:3000", "a.localhost", "127.0.0.1:80", "127.9.9.9", "[::1]:3000"];
        let foreign = [
            "evil.example",
            "localhost.evil.example",
            "xlocalhost",
            "127.0.0.1.nip.io",
            "0.0.0.0",
            "",
            "[::2]",
        ];
        for (hosts, expected) in [(&local[..], true), (&foreign[..], false)] {
            for host in hosts {
                assert_eq!(has_local_host(&head("/", Some(host))), expected, "{host}");
            }
        }
        assert!(!has_local_host(&head("/", None)));
        assert!(!has_local_host(&head("http://evil.example/", Some("localhost"))));
    }

    #[test]
    fn a_host_is_a_name_and_perhaps_a_port() {
        assert_eq!(host(&head("http://user@a.example:1/", Some("b"))), Some("a.example:1"));
        let table = [
            ("a:80", "a", Some(80)),
            ("a", "a", None),
            ("[::1]", "[::1]", None),
            ("[::1]:8", "[::1]", Some(8)),
        ];
        for (host, expected, expected_port) in table {
            assert_eq!((name(host), port(host)), (expected, expected_port));
        }
        assert_eq!(port("a:99999"), None);
    }
}
