//! Requests from flags.

use std::ffi::OsString;

use http::Request;
use proptest::prelude::{any, prop, proptest};

use super::{Asked, encode, request};
use crate::{
    cli::{
        args::{InvokeArguments, read},
        streams::Input,
    },
    error::Error,
};

fn try_made(words: &[&str]) -> Result<Request<Input>, Error> {
    let flags: InvokeArguments = read(words.iter().map(OsString::from).collect()).unwrap();
    let target = flags.request.path.as_deref().unwrap_or("/");
    request(&flags.request, Asked { host: "localhost", target })
}

fn made(words: &[&str]) -> Request<Input> {
    try_made(words).unwrap()
}

#[test]
fn the_method_follows_from_the_data_unless_it_is_named() {
    for (words, method) in [
        (&[][..], "GET"),
        (&["-d", ""], "POST"),
        (&["-X", "DELETE"], "DELETE"),
        (&["-X", "GET", "-d", "x"], "GET"),
    ] {
        assert_eq!(made(words).method(), method, "{words:?}");
    }
}

#[test]
fn parameters_follow_what_query_there_is() {
    for (words, uri) in [
        (&["-q", "a=b=c", "-q", "d"][..], "/?a=b%3Dc&d"),
        (&["--path", "/x?", "-q", "a=1"], "/x?&a=1"),
        (&["--path", "/x#y?z", "-q", "a=1"], "/x?a=1"),
        (&["-q", "=", "-q", ""], "/?=&"),
    ] {
        assert_eq!(made(words).uri(), uri, "{words:?}");
    }
}

#[test]
fn typed_headers_stand_for_the_defaults() {
    let headers =
        made(&["-d", "x", "-H", "accept: a", "-H", "Accept: b", "-H", "User-Agent:"]).headers().clone();
    let mut lines: Vec<_> =
        headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    lines.sort_unstable();
    let form = "content-type: application/x-www-form-urlencoded";
    assert_eq!(lines, ["accept: a", "accept: b", "content-length: 1", form, "host: localhost"]);
}

#[test]
fn a_length_is_told_where_it_is_known() {
    let length = |words: &[&str]| {
        let request = made(words);
        (
            request.body().length(),
            request.headers().get("content-length").map(|value| value.to_str().unwrap().to_owned()),
        )
    };
    assert_eq!(length(&[]), (Some(0), None));
    assert_eq!(length(&["-d", "ab", "-d", "c"]), (Some(4), Some("4".to_owned())));
    assert_eq!(length(&["-d", "ab", "-d", "@-"]), (None, None));
    assert!(try_made(&["-d", "@/no/such/file"]).unwrap_err().is_missing_file());
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded_to_the_same(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut encoded = String::new();
        encode(&bytes, &mut encoded);
        let mut pairs = form_urlencoded::parse(encoded.as_bytes());
        let name = pairs.next().map(|(name, _)| name.into_owned()).unwrap_or_default();
        assert_eq!(name, String::from_utf8_lossy(&bytes));
        assert!(pairs.next().is_none());
    }
}
