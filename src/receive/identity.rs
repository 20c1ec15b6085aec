//! The names of a request: its id, and its place in a distributed trace. What a client sends is kept where it
//! cannot harm a log.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use http::{HeaderMap, HeaderValue};

/// The longest id of a client that is kept.
const LONGEST_ID: usize = 128;

/// The client's `X-Request-Id` when it is 1 to 128 of `[A-Za-z0-9._-]`, else a fresh one of 24 hexadecimal
/// digits.
pub(crate) fn request_id(headers: &HeaderMap) -> String {
    match only(headers, "x-request-id").filter(|id| is_id(id)) {
        Some(id) => id.to_owned(),
        None => format!("{:024x}", fresh() >> 32),
    }
}

/// The client's `traceparent` when it is one of version 00 (W3C Trace Context), else that of a fresh trace.
///
/// A fresh one is marked as sampled: a parent that is not silences most tracers below it.
pub(crate) fn traceparent(headers: &HeaderMap) -> String {
    match only(headers, "traceparent").filter(|parent| is_traceparent(parent)) {
        Some(parent) => parent.to_owned(),
        None => format!("00-{:032x}-{:016x}-01", fresh().max(1), (fresh() >> 64).max(1)),
    }
}

/// The value of a header that was sent once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter().map(HeaderValue::to_str);
    match (values.next(), values.next()) {
        (Some(value), None) => value.ok(),
        _ => None,
    }
}

fn is_id(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(is_plain)
}

fn is_traceparent(parent: &str) -> bool {
    let is_hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_zero = |part: &str| part.bytes().all(|byte| byte == b'0');
    let parts: Vec<_> = parent.splitn(5, '-').collect();
    match parts[..] {
        ["00", trace, span, flags] => {
            (trace.len(), span.len(), flags.len()) == (32, 16, 2)
                && [trace, span, flags].into_iter().all(is_hex)
                && !is_zero(trace)
                && !is_zero(span)
        }
        _ => false,
    }
}

/// A number that was never given before and that nobody foresees, without a system call.
///
/// It is the hash of a counter by SipHash under a key that the system's random numbers gave this process
/// once. Who does not have the key cannot tell the next number from those before it, and that of a billion
/// requests two have an equal id of 96 bits has a chance of less than one in 10^11.
fn fresh() -> u128 {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let half = |half: u64| u128::from(KEY.hash_one((half, count)));
    half(0) << 64 | half(1)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{fresh, is_traceparent, request_id, traceparent};

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn headers(name: &'static str, values: &[&[u8]]) -> HeaderMap {
        let name = HeaderName::from_static(name);
        values.iter().map(|value| (name.clone(), HeaderValue::from_bytes(value).unwrap())).collect()
    }

    fn is_fresh(id: &str) -> bool {
        id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    #[test]
    fn row_78_a_plain_id_of_the_client_is_kept() {
        for id in ["a", "01J-x_Y.z", &"x".repeat(128)] {
            assert_eq!(request_id(&headers("x-request-id", &[id.as_bytes()])), id);
        }
    }

    #[test]
    fn attack_44_any_other_id_is_replaced() {
        let megabyte = "x".repeat(1 << 20);
        let ids: [&[u8]; 7] =
            [b"", "x".repeat(129).leak().as_bytes(), megabyte.as_bytes(), b"a b", b"a\tb", b"\xe9", b"a;b"];
        for id in ids {
            assert!(is_fresh(&request_id(&headers("x-request-id", &[id]))));
        }
        assert!(is_fresh(&request_id(&headers("x-request-id", &[b"a", b"b"]))));
        assert!(is_fresh(&request_id(&HeaderMap::new())));
        assert!(HeaderValue::from_bytes(b"a\nb").is_err() && HeaderValue::from_bytes(b"\x1b[0m").is_err());
    }

    #[test]
    fn attack_44_a_malformed_traceparent_is_replaced() {
        assert_eq!(traceparent(&headers("traceparent", &[PARENT.as_bytes()])), PARENT);
        let malformed = [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        ];
        for parent in malformed {
            let fresh = traceparent(&headers("traceparent", &[parent.as_bytes()]));
            assert!(is_traceparent(&fresh) && fresh != parent, "{parent} {fresh}");
        }
        let twice = traceparent(&headers("traceparent", &[PARENT.as_bytes(), PARENT.as_bytes()]));
        assert!(is_traceparent(&twice) && twice != PARENT);
    }

    #[test]
    fn fresh_numbers_differ() {
        let numbers: HashSet<u128> = (0..100_000).map(|_| fresh() >> 32).collect();
        assert_eq!(numbers.len(), 100_000);
    }
}
