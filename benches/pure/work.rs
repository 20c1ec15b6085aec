//! What is measured, each a piece of work that a request has.

use std::hint::black_box;
use std::sync::LazyLock;

use crate::control::Decoder;
use crate::document::{Document, Request, Words};
use crate::params::{Map, Value, json, nest, of_body, urlencoded};
use crate::service::Format;

/// Every piece of work, by its name.
pub(crate) const WORK: [(&str, fn()); 8] = [
    ("query of three", || fields(QUERY)),
    ("form of a hundred, nested", || fields(&FORM)),
    ("JSON of 7 KiB", || body(&JSON)),
    ("control: status and two headers", || heard(CONTROL)),
    ("control: a hundred log lines", || heard(&LOG)),
    ("document in JSON", || encode(Format::Json)),
    ("document in pairs", || encode(Format::Pairs)),
    ("document for bash", || encode(Format::Shell)),
];

/// More parameters than any of these has.
const LIMIT: usize = 1_000;

const QUERY: &str = "foo=bar&name=J%C3%B6rg&page=2";
const CONTROL: &str = concat!(
    "{\"type\":\"status\",\"payload\":{\"value\":201}}\n",
    "{\"type\":\"setHeader\",\"payload\":{\"name\":\"Content-Type\",\"value\":\"application/json\"}}\n",
    "X-Service: hello\n"
);

static FORM: LazyLock<String> =
    LazyLock::new(|| (0..100).map(|n| format!("a[{}][b]=value+{n}%21&", n % 10)).collect());
static JSON: LazyLock<String> = LazyLock::new(|| {
    let members: Vec<_> = (0..100)
        .map(|n| format!("\"member {n}\":{{\"x\":{n}.5,\"text\":\"some \\u00e9 words {n}\"}}"))
        .collect();
    format!("{{{}{}}}", members.join(","), " ".repeat(2048))
});
static LOG: LazyLock<String> = LazyLock::new(|| {
    (0..100)
        .map(|n| format!("{{\"type\":\"log\",\"payload\":{{\"text\":\"line {n} of the log\"}}}}\n"))
        .collect()
});
static PARAMS: LazyLock<Map> = LazyLock::new(|| parsed("foo=bar&name=J%C3%B6rg&list[]=1&list[]=2&a[b][c]=d"));
static ENVIRONMENT: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let names = ["REQUEST_METHOD", "QUERY_STRING", "PATH_INFO", "REMOTE_ADDR", "SERVER_NAME", "SERVER_PORT"];
    let more = (0..14).map(|n| (format!("HTTP_X_HEADER_{n}"), format!("it's the value of {n}")));
    names.iter().map(|name| ((*name).to_owned(), "a value".to_owned())).chain(more).collect()
});
static REQUEST: LazyLock<Request> = LazyLock::new(|| Request {
    method: "GET".to_owned(),
    url: "/people?foo=bar".to_owned(),
    path: "/people".to_owned(),
    query: "foo=bar".to_owned(),
    headers: (0..14).map(|n| (format!("x-header-{n}"), format!("it's the value of {n}"))).collect(),
    host: "localhost:3000".to_owned(),
    http_version: "1.1",
    remote_address: "127.0.0.1".to_owned(),
    id: "0123456789abcdef01234567".to_owned(),
    deadline: Some(1_700_000_000_000),
});

fn parsed(text: &str) -> Map {
    let fields = urlencoded::parse(text.as_bytes(), LIMIT).unwrap_or_default();
    nest(fields.into_iter().map(|(name, value)| (name, Value::Text(value))).collect())
}

fn fields(text: &str) {
    black_box(parsed(black_box(text)));
}

fn body(text: &str) {
    let _ = black_box(json::parse(black_box(text).as_bytes()).and_then(|body| of_body(body, LIMIT)));
}

fn heard(text: &str) {
    let mut decoder = Decoder::new();
    black_box((decoder.push(black_box(text).as_bytes()), decoder.finish()));
}

fn encode(format: Format) {
    let service = Words { name: "echo", path: Some("/srv/echo.sh"), language: "bash" };
    let document = Document { env: &ENVIRONMENT, params: &PARAMS, request: &REQUEST, service };
    let _ = black_box(black_box(document).encode(format));
}
