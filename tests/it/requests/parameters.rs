//! Query, form, JSON and multipart fields as parameters.

use std::time::Duration;

use serde_json::json;

use super::{FORM, JSON, MULTIPART, document_server, multipart, params};
use crate::harness::{Folder, Server, eventually, holds_for, interpreter};

const URLENCODED: &[(&str, &str)] = &[
    ("foo=bar", r#"{"foo":"bar"}"#),
    ("a[b]=c", r#"{"a":{"b":"c"}}"#),
    ("a%5Bb%5D=c%20d+e", r#"{"a":{"b":"c d e"}}"#),
    ("l[]=1&l[]=2", r#"{"l":["1","2"]}"#),
    ("x=1&x=2", r#"{"x":["1","2"]}"#),
    ("e=", r#"{"e":""}"#),
    ("a[b][c][d][e][f][g]=1", r#"{"a[b][c][d][e][f][g]":"1"}"#),
];

#[test]
fn row_30_the_query_becomes_parameters() {
    let server = document_server();
    assert_eq!(params(&server.get("/?foo=bar")), json!({"foo": "bar"}));
    assert_eq!(params(&server.get("/")), json!({}));
    assert_eq!(params(&server.get("/any/path?x=%E2%82%AC")), json!({"x": "€"}));
}

#[test]
fn row_31_one_rule_for_query_form_and_multipart() {
    let server = document_server();
    for (text, expected) in URLENCODED {
        let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
        assert_eq!(params(&server.get(&format!("/?{text}"))), expected, "query {text}");
        assert_eq!(params(&server.post("/", FORM, text)), expected, "form {text}");
    }
    let field = |name: &str| format!("Content-Disposition: form-data; name=\"{name}\"");
    let (first, second, nested) = (field("l[]"), field("x"), field("a[b]"));
    let body = multipart(&[(&first, b"1"), (&first, b"2"), (&second, b""), (&nested, b"c")]);
    let expected = json!({"l": ["1", "2"], "x": "", "a": {"b": "c"}});
    assert_eq!(params(&server.post("/", MULTIPART, body)), expected);
}

#[test]
fn row_31_flat_names_in_bash() {
    let folder = Folder::new();
    let script =
        folder.script("flat.sh", "printf '%s|' \"$Hook_params_a_b\" \"$Hook_params_a\" \"$Hook_params_l\"");
    let server = Server::start(&[script]);
    assert_eq!(server.get("/?a[b]=c&l[]=1&l[]=2").text(), r#"c|{"b":"c"}|["1","2"]|"#);
    // On a collision the literal name wins, whichever came first.
    assert_eq!(server.get("/?a[b]=nested&a_b=literal").text(), r#"literal|{"b":"nested"}||"#);
    assert_eq!(server.get("/?a_b=literal&a[b]=nested").text(), r#"literal|{"b":"nested"}||"#);
}

#[test]
fn row_32_json_keeps_types_and_digits() {
    let server = document_server();
    let body = r#"{"a":{"b":1},"l":[1,2],"n":5,"t":true,"z":null}"#;
    assert_eq!(
        params(&server.post("/", JSON, body)),
        serde_json::from_str::<serde_json::Value>(body).unwrap()
    );
    let digits = r#"{"price":1.10,"big":9223372036854775809,"huge":1e400}"#;
    let text = server.post("/", JSON, digits).text();
    for number in ["1.10", "9223372036854775809", "1e400"] {
        assert!(text.contains(&format!(":{number}")), "{number} in {text}");
    }
    for content_type in
        ["application/vnd.api+json", "application/json; charset=utf-8", "application/json;charset=\"UTF-8\""]
    {
        assert_eq!(params(&server.post("/", content_type, body))["n"], json!(5), "{content_type}");
    }
}

#[test]
fn row_33_the_body_goes_before_the_query() {
    let server = document_server();
    let expected = json!({"a": "body", "q": "1", "b": "2"});
    assert_eq!(params(&server.post("/?a=query&q=1", FORM, "a=body&b=2")), expected);
    assert_eq!(params(&server.post("/?a=query&q=1", JSON, r#"{"a":"body","b":"2"}"#)), expected);
}

#[test]
fn row_34_json_that_is_no_object_is_one_parameter() {
    let server = document_server();
    for body in ["[1,2]", "5", "\"x\"", "null", "true"] {
        let expected: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(params(&server.post("/?q=1", JSON, body)), json!({"q": "1", "body": expected}));
    }
}

#[test]
fn row_35_malformed_json_names_its_place_and_starts_nothing() {
    let folder = Folder::new();
    let script = folder.script("count.py", "open(__file__ + '.starts', 'a').write('x\\n')\nprint('ok')\n");
    let server = Server::start(&[script]);
    for (body, line, column) in [("{bad", "1", "2"), ("{\"a\":1,\n  \"b\":}", "2", "7")] {
        let response = server.post("/", JSON, body);
        assert_eq!(response.status, 400);
        assert_eq!(response.header("x-stack-error"), Some("bad-json"));
        let text = response.text();
        assert!(
            text.contains(&format!("line {line}")) && text.contains(&format!("column {column}")),
            "{text}"
        );
    }
    assert_eq!(folder.lines("count.py.starts"), 0, "nothing was started");
    assert_eq!(server.get("/").text(), "ok\n");
    assert_eq!(folder.lines("count.py.starts"), 1);
}

#[test]
fn row_36_forms_in_every_method() {
    let server = document_server();
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let response = server.request(method, "/", &[("Content-Type", FORM)], b"foo=bar");
        assert_eq!(params(&response), json!({"foo": "bar"}), "{method}");
        assert_eq!(response.json()["req"]["method"], json!(method));
    }
}

#[test]
fn row_40_the_parsed_body_is_whole_before_the_process_starts() {
    let folder = Folder::new();
    let script = folder.script("count.sh", "echo started >> \"$HERE/starts\"; cat");
    let server = Server::builder().arguments(&[script]).env("HERE", folder.root()).start();
    let mut connection = server.connect();
    let head = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\nContent-Length: 7\r\n\r\n");
    connection.send(head + "{\"a\"");
    assert!(
        holds_for(Duration::from_millis(300), || folder.lines("starts") == 0),
        "started before the body was whole"
    );
    connection.send(":1}");
    eventually("the process starts", || (folder.lines("starts") == 1).then_some(()));
    let response = connection.response();
    assert_eq!((response.status, response.text().as_str()), (200, "{\"a\":1}"));
}

#[test]
fn row_43_a_parameter_of_a_megabyte_arrives_whole() {
    let folder = Folder::new();
    let value = "0123456789abcde€".repeat(60_000);
    assert!(value.len() > 1_000_000);
    let services = [
        ("bash", "big.sh", "printf %s \"$Hook_params_v\""),
        ("python3", "big.py", "import sys\nsys.stdout.write(Hook['params']['v'])\n"),
        ("node", "big.js", "module.exports = hook => { hook.res.write(hook.params.v); hook.res.end(); }"),
    ];
    for (program, name, text) in services {
        if !interpreter(program) {
            continue;
        }
        let server = Server::start(&[folder.script(name, text)]);
        let response = server.post("/", FORM, format!("v={value}"));
        assert!(response.status == 200 && response.complete, "{name}: {}", response.status);
        assert!(
            response.body == value.as_bytes(),
            "{name}: {} bytes of {}",
            response.body.len(),
            value.len()
        );
    }
}
