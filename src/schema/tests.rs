//! Whole parameters against whole schemas.

#![allow(clippy::unwrap_used, reason = "a test that fails says so by a panic")]

use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use serde_json::{Value as Document, json};

use super::Schema;
use crate::{
    failure::Violation,
    params::{self, File, Map, Value, nest, urlencoded},
};

fn schema(document: &Document) -> Schema {
    Schema::parse(&document.to_string()).unwrap()
}

fn query(text: &str) -> Map {
    let fields = urlencoded::parse(text.as_bytes(), usize::MAX).unwrap();
    nest(fields.into_iter().map(|(name, value)| (name, Value::Text(value))).collect())
}

fn body(text: &str) -> Map {
    params::of_body(params::json::parse(text.as_bytes()).unwrap(), usize::MAX).unwrap()
}

/// Parameters as JSON, with the digits that they were written with.
fn written(map: &Map) -> String {
    let member = |(name, value): (&String, &Value)| format!("{name:?}:{}", text_of(value));
    format!("{{{}}}", map.iter().map(member).collect::<Vec<_>>().join(","))
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => json!(text).to_string(),
        Value::Json(text) => text.get().to_owned(),
        Value::List(items) => format!("[{}]", items.iter().map(text_of).collect::<Vec<_>>().join(",")),
        Value::Map(map) => written(map),
        Value::File(file) => format!("<{}>", file.filename),
    }
}

fn accepted(document: &Document, params: Map) -> String {
    written(&schema(document).check(params).unwrap_or_else(|violations| panic!("{violations:?}")))
}

fn refused(document: &Document, params: Map) -> Vec<(String, String)> {
    let pair = |Violation { pointer, message }| (pointer, message);
    schema(document).check(params).unwrap_err().into_iter().map(pair).collect()
}

fn wrong(document: &Document) -> String {
    let error = Schema::parse(&document.to_string()).unwrap_err();
    assert!(error.is_invalid_setting());
    error.to_string()
}

#[test]
fn row_84_texts_become_what_the_schema_asks_for() {
    let person = json!({
        "properties": {
            "age": { "type": "integer" },
            "height": { "$ref": "#/$defs/length" },
            "admin": { "type": ["boolean", "null"] },
            "tags": { "type": "array", "items": { "type": "integer" } },
            "at": { "properties": { "x": { "type": "number" } } },
            "level": { "enum": [1, 2] },
            "name": { "type": "string" },
            "either": { "type": ["string", "integer"] },
        },
        "allOf": [{ "properties": { "age": { "minimum": 1 }, "limit": { "type": "integer" } } }],
        "$defs": { "length": { "allOf": [{ "type": "number" }] } },
    });
    let table = [
        ("age=5", r#"{"age":5}"#),
        ("height=1.10", r#"{"height":1.10}"#),
        ("age=9223372036854775809", r#"{"age":9223372036854775809}"#),
        ("admin=true", r#"{"admin":true}"#),
        ("admin=", r#"{"admin":null}"#),
        ("tags=1", r#"{"tags":[1]}"#),
        ("tags=1&tags=2", r#"{"tags":[1,2]}"#),
        ("tags[]=1", r#"{"tags":[1]}"#),
        ("at[x]=-0.5", r#"{"at":{"x":-0.5}}"#),
        ("level=2&limit=3", r#"{"level":2,"limit":3}"#),
        ("name=5&either=5&unknown=5", r#"{"name":"5","either":"5","unknown":"5"}"#),
    ];
    for (text, expected) in table {
        assert_eq!(accepted(&person, query(text)), expected, "{text}");
    }
}

#[test]
fn row_84_an_optional_value_is_looked_through() {
    let optional =
        |schema: Document| json!({ "properties": { "x": { "anyOf": [schema, { "type": "null" }] } } });
    assert_eq!(accepted(&optional(json!({ "type": "integer" })), query("x=5")), r#"{"x":5}"#);
    assert_eq!(accepted(&optional(json!({ "type": "integer" })), query("x=")), r#"{"x":null}"#);
    let list = json!({ "type": "array", "items": { "type": "boolean" } });
    assert_eq!(accepted(&optional(list), query("x=true&x=false")), r#"{"x":[true,false]}"#);
    let either =
        json!({ "properties": { "x": { "oneOf": [{ "type": "boolean" }, { "type": "integer" }] } } });
    assert_eq!(accepted(&either, query("x=5")), r#"{"x":5}"#);
    let text = json!({ "properties": { "x": { "anyOf": [{ "type": "string" }, { "type": "integer" }] } } });
    assert_eq!(accepted(&text, query("x=5")), r#"{"x":"5"}"#);
}

#[test]
fn row_84_json_says_its_types_itself_and_keeps_its_digits() {
    let any = json!({ "properties": { "n": { "type": "number" }, "a": { "type": "array" } } });
    for text in [r#"{"n":1.10}"#, r#"{"n":9223372036854775809}"#, r#"{"n":123456789012345678901234567890}"#] {
        assert_eq!(accepted(&any, body(text)), text);
    }
    let text = refused(&any, body(r#"{"n":"5","a":5}"#));
    assert_eq!(
        text,
        [("/a", r#"a is not of type "array""#), ("/n", r#"n is not of type "number""#)].map(owned)
    );
}

fn owned((pointer, message): (&str, &str)) -> (String, String) {
    (pointer.to_owned(), message.to_owned())
}

#[test]
fn row_84_defaults_fill_in_what_is_missing() {
    let schema = json!({
        "properties": {
            "limit": { "type": "integer", "default": 20 },
            "sort": { "$ref": "#/$defs/sort" },
            "page": { "default": {}, "properties": { "size": { "default": 10 } } },
            "items": { "type": "array", "items": { "properties": { "count": { "default": 1 } } } },
        },
        "$defs": { "sort": { "type": "string", "default": "name" } },
    });
    let all = r#"{"limit":20,"page":{"size":10},"sort":"name"}"#;
    assert_eq!(accepted(&schema, query("")), all);
    assert_eq!(accepted(&schema, query("limit=5")), r#"{"limit":5,"page":{"size":10},"sort":"name"}"#);
    let nested = r#"{"limit":1.0,"page":{"x":1.10},"sort":"","items":[{}, {"count":2}]}"#;
    assert_eq!(
        accepted(&schema, body(nested)),
        r#"{"limit":1.0,"page":{"x":1.10,"size":10},"sort":"","items":[{"count":1},{"count":2}]}"#
    );
}

#[test]
fn row_84_every_failure_is_listed_with_its_place() {
    let schema = json!({
        "type": "object",
        "properties": {
            "age": { "type": "integer", "minimum": 0 },
            "mail": { "format": "email" },
            "a/b": { "type": "object", "required": ["c~d"] },
            "l": { "items": { "type": "integer" } },
        },
        "required": ["name"],
        "additionalProperties": false,
    });
    let mut found = refused(&schema, query("age=-1&mail=x&a/b[x]=1&l=1&l=z&__proto__=1"));
    let expected = [
        ("", "additional properties are not allowed ('__proto__' was unexpected)"),
        ("/age", "age is less than the minimum of 0"),
        ("/a~1b/c~0d", "a/b[c~d] is missing"),
        ("/l/1", r#"l[1] is not of type "integer""#),
        ("/mail", r#"mail is not a "email""#),
        ("/name", "name is missing"),
    ];
    found.sort();
    assert_eq!(found, expected.map(owned));
}

#[test]
fn row_84_an_uploaded_file_is_what_the_service_is_told_of_it() {
    let schema = json!({ "properties": { "f": { "properties": { "size": { "maximum": 10 } } },
        "all": { "type": "array", "items": { "type": "object" } } } });
    let file = |size| {
        let (filename, media_type, path) = ("a".to_owned(), String::new(), "/tmp/a".to_owned());
        Value::File(File { filename, media_type, size, path })
    };
    let map = |name: &str, size| Map::from([(name.to_owned(), file(size))]);
    assert_eq!(accepted(&schema, map("f", 10)), r#"{"f":<a>}"#);
    assert_eq!(accepted(&schema, map("all", 10)), r#"{"all":[<a>]}"#);
    assert_eq!(
        refused(&schema, map("f", 11)),
        [("/f/size", "f[size] is greater than the maximum of 10")].map(owned)
    );
}

#[test]
fn row_84_what_is_no_schema_is_refused_with_its_place() {
    let table = [
        (json!({ "properties": { "a": { "type": "integr" } } }), "at /properties/a/type: "),
        (json!({ "properties": { "a": { "pattern": "(" } } }), "at /properties/a/pattern: "),
        (json!({ "properties": { "a": { "$ref": "#/$defs/none" } } }), "/$defs/none"),
        (json!(5), "at its root: "),
    ];
    for (document, said) in table {
        let message = wrong(&document);
        assert!(message.contains(said), "{message}");
    }
    let error = Schema::parse("{").unwrap_err().to_string();
    assert!(error.starts_with("the schema is no JSON: EOF"), "{error}");
}

#[test]
fn attack_28_no_schema_is_fetched_and_no_pattern_backtracks() {
    for reference in
        ["https://example.com/a.json", "http://127.0.0.1:1/a", "file:///etc/passwd", "other.json"]
    {
        let message = wrong(&json!({ "$ref": reference }));
        assert!(message.contains("whole in itself"), "{message}");
    }
    for pattern in [r"(?=a)b", r"(a)\1"] {
        let message = wrong(&json!({ "properties": { "a": { "pattern": pattern } } }));
        assert!(message.contains("in linear time"), "{message}");
    }
    let evil = json!({ "properties": { "a": { "pattern": "^(a+)+$" } } });
    // Were it not linear, the runner\'s limit on a test\'s time would meet it here.
    let text = format!("a={}!", "a".repeat(50_000));
    assert_eq!(refused(&evil, query(&text)), [("/a", r#"a does not match "^(a+)+$""#)].map(owned));
}

#[test]
fn attack_28_a_name_twice_in_json_is_refused_where_a_service_could_read_the_other() {
    let schema = json!({ "properties": { "user": { "properties": { "role": { "enum": ["guest"] } } } } });
    let found = refused(&schema, body(r#"{"user":{"role":"admin","role":"guest"}}"#));
    assert_eq!(found[0].0, "/user");
    assert!(found[0].1.contains(r#"the name "role" comes twice"#), "{found:?}");
    assert_eq!(accepted(&schema, body(r#"{"a":1,"a":2}"#)), r#"{"a":2}"#);
}

#[test]
fn attack_28_what_cannot_be_judged_is_refused() {
    let any = json!({});
    for text in [r#"{"a":1e400}"#, r#"{"a":"\ud800"}"#] {
        assert_eq!(refused(&any, body(text))[0].0, "/a", "{text}");
    }
    let many = format!(r#"{{"a":[{}0]}}"#, "0,".repeat(100_000));
    assert!(refused(&any, body(&many))[0].1.contains("more than 100000 values"));
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(99), "]".repeat(99));
    assert_eq!(accepted(&any, body(&deep)), deep);
}

#[test]
fn attack_28_a_schema_within_itself_ends() {
    let circle = json!({ "$ref": "#", "properties": { "x": { "$ref": "#" } }, "allOf": [{ "$ref": "#" }] });
    assert!(Schema::parse(&circle.to_string()).is_err() || accepted(&circle, query("x[x]=1")).contains('1'));
    let tree = json!({ "properties": {
        "l": { "$ref": "#", "default": {} }, "r": { "$ref": "#", "default": {} }, "n": { "type": "integer" },
    } });
    let filled = accepted(&tree, query("l[n]=5"));
    assert!(filled.starts_with(r#"{"l":{"n":5,"#) && filled.len() < 100_000, "{}", filled.len());
}

#[test]
fn attack_28_the_list_of_failures_and_its_words_are_bounded() {
    let strict = json!({ "items": false, "properties": { "l": { "items": { "type": "integer" } } },
        "additionalProperties": { "type": "integer" } });
    let names: String = (0..1_000).map(|at| format!("p{at}=x&")).collect();
    assert_eq!(refused(&strict, query(&names)).len(), 100);
    let long = format!("{}=x&b%0A=\u{1b}", "n".repeat(100_000));
    for (pointer, message) in refused(&strict, query(&long)) {
        assert!(pointer.len() < 1_100 && message.len() < 500, "{} {}", pointer.len(), message.len());
        assert!(!message.contains(['\n', '\u{1b}']), "{message:?}");
    }
    let huge = refused(&strict, Map::from([("x".to_owned(), Value::Text("x".repeat(1 << 20)))]));
    assert_eq!(huge.len(), 1);
    assert_eq!(huge[0].0, "");
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "-?[0-9]{1,30}([.][0-9]{1,9})?([eE][+-]?[0-9]{1,3})?",
        Just("true".to_owned())
    ]
}

fn documents() -> impl Strategy<Value = Document> {
    let named = prop_oneof![
        Just("integer"),
        Just("number"),
        Just("boolean"),
        Just("null"),
        Just("array"),
        Just("string"),
        Just("object")
    ];
    proptest::collection::vec(named, 1..4).prop_map(|mut named| {
        named.sort_unstable();
        named.dedup();
        json!({ "properties": { "x": { "type": named, "items": { "type": named } } } })
    })
}

proptest! {
    #[test]
    fn coercion_never_panics_and_what_is_checked_twice_stays(document in documents(), text in texts()) {
        let schema = schema(&document);
        if let Ok(once) = schema.check(Map::from([("x".to_owned(), Value::Text(text))])) {
            let before = written(&once);
            prop_assert_eq!(written(&schema.check(once).unwrap()), before);
        }
    }

    #[test]
    fn what_is_valid_already_is_unchanged(text in texts(), number in any::<f64>()) {
        let document = json!({ "properties": { "x": { "type": ["string", "number"] } } });
        let schema = schema(&document);
        let texts = Map::from([("x".to_owned(), Value::Text(text))]);
        let before = written(&texts);
        prop_assert_eq!(written(&schema.check(texts).unwrap()), before);
        if number.is_finite() {
            let text = format!(r#"{{"x":{number:?}}}"#);
            prop_assert_eq!(written(&schema.check(body(&text)).unwrap()), text);
        }
    }

    #[test]
    fn no_text_is_a_schema_that_panics(text in r#"[{}\[\]",:a-z$#/0-9]{0,40}"#) {
        prop_assert!(Schema::parse(&text).is_err() || !text.is_empty());
    }
}
