//! Status, headers, trailers and the body, by each language's own functions.

use super::dialect::Dialect;
use crate::languages::text_of;

pub(super) fn row_52_status_headers_and_trailers(dialect: &Dialect) {
    let Some(server) = dialect.serve("status") else { return };
    let response = server.request("GET", "/", &[("TE", "trailers")], b"");
    assert_eq!((response.status, response.reason.as_str()), (404, "Not Here"), "{}", response.text());
    assert_eq!(response.header_values("x-a"), ["b c"]);
    assert_eq!(response.header("x-gone"), None);
    assert_eq!(response.header_values("x-l"), ["1", "2"]);
    assert_eq!(response.header_values("set-cookie"), ["a=1", "b=2"]);
    assert_eq!((response.text().as_str(), response.complete), ("text", true));
    assert_eq!(response.trailer("x-sum"), Some("5"), "{response:?}");
}

pub(super) fn row_52_write_head(dialect: &Dialect) {
    let Some(server) = dialect.serve("write_head") else { return };
    let response = server.get("/");
    assert_eq!((response.status, response.reason.as_str()), (201, "Made"), "{}", response.text());
    assert_eq!(response.header_values("x-a"), ["b"]);
    assert_eq!((response.text().as_str(), response.complete), ("text\n", true));
}

pub(super) fn row_52_json(dialect: &Dialect) {
    let Some(server) = dialect.serve("json") else { return };
    let response = server.get("/");
    let text = text_of(&response);
    assert_eq!(response.header("content-type"), Some("application/json"));
    let value = serde_json::json!({ "a": [1, 1.5, true, null], "b": "é \"\n", "c": {} });
    assert_eq!(response.json(), value, "{text}");
    let expected = "{\n  \"a\": [\n    1,\n    1.5,\n    true,\n    null\n  ],\n  \"c\": {}\n}";
    assert_eq!(sorted_lines(&text), sorted_lines(expected), "{text}");
    assert!(text.ends_with("\n}\n"), "{text}");
}

/// The lines in an order of their own, since maps of some languages have none, without their commas, and without the
/// text, in which much can be written in more than one way.
fn sorted_lines(text: &str) -> Vec<&str> {
    let lines = text.lines().filter(|line| !line.starts_with("  \"b\": \""));
    let mut lines: Vec<_> = lines.map(|line| line.trim_end_matches(',')).collect();
    lines.sort_unstable();
    lines
}

pub(super) fn row_52_end(dialect: &Dialect) {
    let Some(server) = dialect.serve("end") else { return };
    assert_eq!(text_of(&server.get("/")), "one\ntwo\n");
}

pub(super) fn row_52_text_is_utf_8_whatever_the_locale(dialect: &Dialect) {
    for locale in ["C", "POSIX", "", "en_US.ISO-8859-1"] {
        let adjust = |builder: crate::harness::Builder| builder.env("LC_ALL", locale).env("LANG", locale);
        for (case, query, expected) in
            [("parameter", "v=%C3%A9%E2%82%AC", "é€"), ("dump", "%C3%A9=%E2%82%AC", "2:é3:€")]
        {
            let Some(server) = dialect.serve_with(case, adjust) else { return };
            assert_eq!(text_of(&server.get(&format!("/?{query}"))), expected, "{case} in {locale:?}");
        }
    }
}

pub(super) fn row_56_the_log(dialect: &Dialect) {
    let Some(server) = dialect.serve("log") else { return };
    let response = server.get("/");
    assert_eq!(text_of(&response), "body\n");
    let id = response.header("x-request-id").expect("every answer has one");
    for words in ["a log 5", "an error"] {
        server.wait_for_log(|line| line.ends_with(&format!("{id} | {words}")));
    }
}

pub(super) fn row_58_success_without_output_is_empty(dialect: &Dialect) {
    let Some(server) = dialect.serve("empty") else { return };
    assert_eq!(text_of(&server.get("/")), "");
}
