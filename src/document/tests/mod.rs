//! The three encodings of one document.

mod bash;

use std::collections::BTreeMap;

use proptest::{
    collection::btree_map,
    prelude::{any, prop_assert_eq, proptest},
};

use super::{Document, Request, Words, flat};
use crate::{
    failure::{Failure, Kind},
    params::{File, Map, Value, json, nest, of_body, urlencoded},
    service::Format,
};

const WORDS: Words<'_> = Words { name: "echo", path: Some("/srv/echo.sh"), language: "bash" };

fn request() -> Request {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Request {
        method: "GET".to_owned(),
        url: "/a?b='".to_owned(),
        path: "/a".to_owned(),
        query: "b='".to_owned(),
        headers: vec![header("host", "localhost:3000"), header("user-agent", "x\ty'\\"), header("@", "*")],
        host: "localhost:3000".to_owned(),
        http_version: "1.1",
        remote_address: "127.0.0.1".to_owned(),
        id: "0123".to_owned(),
        deadline: Some(1_700_000_000_000),
    }
}

fn encode(params: &Map, format: Format) -> Result<Vec<u8>, Failure> {
    let env = [("QUERY_STRING".to_owned(), "b='".to_owned()), ("no-identifier".to_owned(), "x".to_owned())];
    Document { env: &env, params, request: &request(), service: WORDS }.encode(format)
}

fn encoded(params: &Map, format: Format) -> String {
    String::from_utf8(encode(params, format).expect("a document")).expect("UTF-8")
}

fn fields(query: &str) -> Map {
    let fields = urlencoded::parse(query.as_bytes(), usize::MAX).expect("a valid query");
    nest(fields.into_iter().map(|(name, value)| (name, Value::Text(value))).collect())
}

fn body(text: &str) -> Map {
    of_body(json::parse(text.as_bytes()).expect("valid JSON"), usize::MAX).expect("a valid body")
}

fn upload(path: &str) -> Value {
    Value::File(File {
        filename: "../a\n'b'.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        size: 12,
        path: path.to_owned(),
    })
}

fn texts(params: &BTreeMap<String, String>) -> Map {
    params.iter().map(|(name, value)| (name.clone(), Value::Text(value.clone()))).collect()
}

#[test]
fn json_is_the_documented_object() {
    let mut params = fields("a[b]=c&x=1&x=2&e=&q=%22%5C%00");
    params.extend(body(r#"{"n":1.10,"big":9223372036854775809,"s":"\ud800","__proto__":{"a": 1}}"#));
    params.insert("f".to_owned(), upload("/tmp/f"));
    let expected = concat!(
        r#"{"env":{"QUERY_STRING":"b='","no-identifier":"x"},"params":{"a":{"b":"c"},"x":["1","2"],"e":"","#,
        r#""q":"\"\\\u0000","n":1.10,"big":9223372036854775809,"s":"\ud800","__proto__":{"a": 1},"#,
        r#""f":{"filename":"../a\n'b'.txt","type":"text/plain","size":12,"path":"/tmp/f"}},"#,
        r#""req":{"method":"GET","url":"/a?b='","path":"/a","query":"b='","headers":{"host":"localhost:3000","#,
        r#""user-agent":"x\ty'\\","@":"*"},"host":"localhost:3000","httpVersion":"1.1","#,
        r#""connection":{"remoteAddress":"127.0.0.1"},"id":"0123","deadline":1700000000000},"#,
        r#""service":{"name":"echo","path":"/srv/echo.sh","language":"bash"},"files":{"f":"/tmp/f"}}"#,
    );
    assert_eq!(encoded(&params, Format::Json), expected);
}

#[test]
fn json_names_the_files_that_are_real() {
    let fields = [("a[f]", upload("/tmp/1")), ("l[]", upload("/tmp/2")), ("l[]", upload("/tmp/3"))];
    let mut params = nest(fields.map(|(name, value)| (name.to_owned(), value)).into());
    params.extend(body(r#"{"imitation":{"path":"/etc/passwd","size":1,"filename":"x","type":"y"}}"#));
    let read: serde_json::Value = serde_json::from_str(&encoded(&params, Format::Json)).expect("valid JSON");
    assert_eq!(read["files"], serde_json::json!({"a[f]": "/tmp/1", "l[0]": "/tmp/2", "l[1]": "/tmp/3"}));
}

#[test]
fn json_with_names_has_every_flat_name_besides() {
    let params = fields("a[b]=c&a_b=literal&l[]=1&x-y=2");
    let (plain, named) = (encoded(&params, Format::Json), encoded(&params, Format::JsonWithNames));
    let flat = r#","flat":{"a":"{\"b\":\"c\"}","a_b":"literal","l":"[\"1\"]","l_0":"1"}}"#;
    assert_eq!(named, format!("{}{flat}", plain.strip_suffix('}').expect("an object")));
}

#[test]
fn attack_08_a_nul_is_refused_where_the_language_cannot_hold_one() {
    for query in ["a=b%00c", "a%00b=c", "a[b]=c%00"] {
        assert!(encode(&fields(query), Format::Pairs).is_ok());
        let refused = encode(&fields(query), Format::PairsWithoutNul).expect_err("a NUL");
        assert_eq!(refused.kind, Kind::BadParameters);
        assert!(refused.message.contains("NUL"), "{refused}");
    }
    assert!(encode(&fields("a=b"), Format::PairsWithoutNul).is_ok());
}

#[test]
fn json_says_null_for_what_is_not_there() {
    let request = Request { deadline: None, headers: Vec::new(), ..request() };
    let words = Words { path: None, ..WORDS };
    let document = Document { env: &[], params: &Map::new(), request: &request, service: words };
    let text = String::from_utf8(document.encode(Format::Json).expect("a document")).expect("UTF-8");
    assert!(
        text.starts_with(r#"{"env":{},"params":{},"req":{"#) && text.contains(r#""headers":{},"#),
        "{text}"
    );
    assert!(
        text.ends_with(
            r#","deadline":null},"service":{"name":"echo","path":null,"language":"bash"},"files":{}}"#
        ),
        "{text}"
    );
}

#[test]
fn pairs_are_the_documented_lines() {
    let mut params = fields("a[b]=c&a[x-y]=d&t=1%092%0A3%0D4%5C5%006&n.m=7&=8");
    params.insert("f".to_owned(), upload("/tmp/f"));
    let expected = [
        r"env.QUERY_STRING	b='",
        r"env.no-identifier	x",
        r"req.method	GET",
        r"req.url	/a?b='",
        r"req.path	/a",
        r"req.query	b='",
        r"req.host	localhost:3000",
        r"req.httpVersion	1.1",
        r"req.connection.remoteAddress	127.0.0.1",
        r"req.id	0123",
        r"req.deadline	1700000000000",
        r"req.headers.host	localhost:3000",
        r"req.headers.user-agent	x\ty'\\",
        r"req.headers.@	*",
        r"service.name	echo",
        r"service.path	/srv/echo.sh",
        r"service.language	bash",
        r#"params.a	{"b":"c","x-y":"d"}"#,
        r#"flat.a	{"b":"c","x-y":"d"}"#,
        r"params.a[b]	c",
        r"flat.a_b	c",
        r"params.a[x-y]	d",
        r"params.t	1\t2\n3\r4\\5\06",
        r"flat.t	1\t2\n3\r4\\5\06",
        r"params.n.m	7",
        r"params.	8",
        r#"params.f	{"filename":"../a\\n'b'.txt","type":"text/plain","size":12,"path":"/tmp/f"}"#,
        r#"flat.f	{"filename":"../a\\n'b'.txt","type":"text/plain","size":12,"path":"/tmp/f"}"#,
        r"files.f	/tmp/f",
        r"params.f[path]	/tmp/f",
        r"flat.f_path	/tmp/f",
        r"params.f[filename]	../a\n'b'.txt",
        r"flat.f_filename	../a\n'b'.txt",
        r"params.f[type]	text/plain",
        r"flat.f_type	text/plain",
        r"params.f[size]	12",
        r"flat.f_size	12",
    ];
    let text = encoded(&params, Format::Pairs);
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    assert!(text.ends_with('\n'));
}

#[test]
fn attack_28_half_a_surrogate_pair_is_refused_where_text_is_needed() {
    for text in [r#"{"a":"\ud800"}"#, r#"{"a":["\udc00"]}"#, r#"["\ud800"]"#] {
        assert!(encode(&body(text), Format::Json).is_ok());
        for format in [Format::JsonWithNames, Format::Pairs, Format::Shell] {
            assert_eq!(encode(&body(text), format).expect_err("no text").kind, Kind::BadParameters);
        }
    }
}

#[test]
fn flat_encodings_stay_within_a_few_times_of_their_input() {
    let deep = format!("{}\"{}\"{}", r#"{"a":"#.repeat(90), "x".repeat(5 << 20), "}".repeat(90));
    let wide = format!("{{\"a\":[{}1]}}", "1,".repeat(2 << 20));
    let many: String = (0..500).map(|_| format!("{{{}\"z\":0}},", "\"a\":1,".repeat(90))).collect();
    let named = format!("{{\"{}\":{{{}\"z\":1}}}}", "k".repeat(4 << 20), "\"a\":1,".repeat(900));
    let quotes = format!("[\"{}\"]", "'".repeat(4 << 20));
    for text in [deep, wide, format!("[{many}0]"), named, quotes] {
        let length = text.len();
        let params = body(&text);
        for format in [Format::JsonWithNames, Format::Pairs, Format::Shell] {
            let document = encode(&params, format).expect("a document");
            assert!(document.len() < 5 * length + (4 << 20), "{} of {length}", document.len());
        }
    }
}

#[test]
fn nesting_ends_at_its_limits_and_the_whole_stays_as_json() {
    let paths = |text: &str| -> Vec<String> {
        flat::entries(&body(text)).expect("text").into_iter().map(|entry| entry.path.into_owned()).collect()
    };
    assert_eq!(paths(r#"{"a":{"b":{"c":{"d":{"e":{"f":{"g":1}}}}}}}"#).last().map(String::as_str), {
        Some("a[b][c][d][e][f]")
    });
    let list = |count: usize| format!("{{\"a\":[{}0]}}", "0,".repeat(count - 1));
    assert_eq!(paths(&list(1_000)).len(), 1_001);
    assert_eq!(paths(&list(1_001)), ["a"]);
    assert_eq!(paths(&format!("{{\"a\":{{\"{}\":1,\"b\":2}}}}", "k".repeat(1_022))), ["a", "a[b]"]);
}

proptest! {
    #[test]
    fn json_reads_back_any_names_and_values(params in btree_map(any::<String>(), any::<String>(), 0..12)) {
        let document = encoded(&texts(&params), Format::Json);
        let read: serde_json::Value = serde_json::from_str(&document).expect("valid JSON");
        let read: BTreeMap<String, String> =
            serde_json::from_value(read["params"].clone()).expect("texts");
        prop_assert_eq!(read, params);
    }

    #[test]
    fn pairs_read_back_any_names_and_values(params in btree_map(any::<String>(), any::<String>(), 0..12)) {
        let document = encoded(&texts(&params), Format::Pairs);
        let lines = document.strip_suffix('\n').expect("a last newline").split('\n');
        let read: BTreeMap<String, String> = lines
            .filter_map(|line| line.strip_prefix("params."))
            .map(|line| line.split_once('\t').expect("one tab"))
            .map(|(name, value)| (unescaped(name), unescaped(value)))
            .collect();
        prop_assert_eq!(read, params);
    }
}

fn unescaped(text: &str) -> String {
    let mut letters = text.chars();
    let mut plain = String::new();
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => match letters.next().expect("an escape has a letter") {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                '0' => '\0',
                other => other,
            },
            other => other,
        });
    }
    plain
}
