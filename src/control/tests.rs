//! Lines into messages, and the decoder at every split point.

use proptest::prelude::{Strategy as _, any, prop_assert_eq, prop_oneof, proptest};

use super::{Decoder, Line, Message};

fn decode(bytes: &[u8]) -> Vec<Line> {
    let mut decoder = Decoder::new();
    let mut lines = decoder.push(bytes);
    lines.extend(decoder.finish());
    lines
}

fn one(line: &str) -> Message {
    match decode(line.as_bytes()).as_slice() {
        [Line::Message(message)] => message.clone(),
        other => panic!("{line}: {other:?}"),
    }
}

fn ignored(line: &str) -> String {
    match decode(line.as_bytes()).as_slice() {
        [Line::Ignored(reason)] => reason.clone(),
        other => panic!("{line}: {other:?}"),
    }
}

fn set(name: &str, values: &[&str]) -> Message {
    Message::SetHeader {
        name: name.to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    }
}

fn append(name: &str, values: &[&str]) -> Message {
    Message::AppendHeader {
        name: name.to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    }
}

fn head(code: u16, message: Option<&str>, headers: &[(&str, &str)]) -> Message {
    Message::WriteHead { code, message: message.map(str::to_owned), headers: owned(headers) }
}

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn row_53_json_and_field_lines_are_read() {
    let head_line = r#"{"type":"writeHead","payload":{"code":418,"headers":{"x-a":"b"}}}"#;
    assert_eq!(one(head_line), head(418, None, &[("x-a", "b")]));
    assert_eq!(one("Status: 404"), Message::Status { code: 404 });
    assert_eq!(one("status:404\r"), Message::Status { code: 404 });
    assert_eq!(one("STATUS:  404\tNot  here "), head(404, Some("Not  here"), &[]));
    assert_eq!(one("Content-Type: text/css"), set("Content-Type", &["text/css"]));
    assert_eq!(one("Set-Cookie: a=b; Path=/"), append("Set-Cookie", &["a=b; Path=/"]));
    assert_eq!(one("X-Empty:"), append("X-Empty", &[""]));
    assert_eq!(one("X-Text: é:\tü "), append("X-Text", &["é:\tü"]));
    assert_eq!(one("Content-Length: 12"), append("Content-Length", &["12"]));
    assert_eq!(decode(b"\n\r\n  \n"), []);
}

#[test]
fn row_54_every_message_is_read() {
    let table = [
        (r#"{"type":"setHeader","payload":{"name":"X-A","value":"b"}}"#, set("X-A", &["b"])),
        (r#"{"type":"setHeader","payload":{"name":"X-A","value":1.10}}"#, set("X-A", &["1.10"])),
        (
            r#"{"type":"setHeader","payload":{"name":"a","value":["b",-2,"\u00e9"]}}"#,
            set("a", &["b", "-2", "é"]),
        ),
        (r#"{"type":"setHeader","payload":{"name":"a","value":[]}}"#, set("a", &[])),
        (r#"{"type":"appendHeader","payload":{"name":"a","value":["b","c"]}}"#, append("a", &["b", "c"])),
        (r#"{"type":"removeHeader","payload":{"name":"a"}}"#, Message::RemoveHeader { name: "a".to_owned() }),
        (r#"{"type":"writeHead","payload":{"statusCode":"201"}}"#, head(201, None, &[])),
        (
            r#"{"type":"writeHead","payload":{"code":200,"message":"Fine","headers":{"a":["b","c"],"d":5}}}"#,
            head(200, Some("Fine"), &[("a", "b"), ("a", "c"), ("d", "5")]),
        ),
        (
            r#"{"type":"writeHead","payload":{"code":200,"message":null,"headers":[["a","b"],["a",["c"]]]}}"#,
            head(200, None, &[("a", "b"), ("a", "c")]),
        ),
        (r#"{"type":"writeHead","payload":{"code":200,"headers":null}}"#, head(200, None, &[])),
        (r#"{"type":"statusCode","payload":{"value":404}}"#, Message::Status { code: 404 }),
        (r#" {"payload" : {"value":"599"} , "type":"status", "x":[1]} "#, Message::Status { code: 599 }),
        (
            r#"{"type":"statusMessage","payload":{"value":"So"}}"#,
            Message::StatusMessage { text: "So".to_owned() },
        ),
        (
            r#"{"type":"addTrailers","payload":{"trailers":{"a":"b","c":7}}}"#,
            Message::AddTrailers { trailers: owned(&[("a", "b"), ("c", "7")]) },
        ),
        (r#"{"type":"writeContinue"}"#, Message::WriteContinue),
        (r#"{"type":"end","payload":{}}"#, Message::End),
        (r#"{"type":"\u0065nd"}"#, Message::End),
    ];
    for (line, expected) in table {
        assert_eq!(one(line), expected, "{line}");
    }
}

#[test]
fn row_56_57_logs_and_errors_say_any_payload() {
    let payloads = [
        (r#"{"text":"a\nb"}"#, "a\nb"),
        (r#"{"message":"m"}"#, "m"),
        (r#""plain""#, "plain"),
        (r#"{"text":{"deep":[1.10]}}"#, r#"{"deep":[1.10]}"#),
        (r#"{"other":1}"#, r#"{"other":1}"#),
        ("[1, 2]", "[1, 2]"),
        ("1e400", "1e400"),
        (r#"{"text":"\ud800"}"#, r#""\ud800""#),
    ];
    for (payload, text) in payloads {
        let text = text.to_owned();
        let log = format!(r#"{{"type":"log","payload":{payload}}}"#);
        assert_eq!(one(&log), Message::Log { text: text.clone() });
        let error = format!(r#"{{"type":"error","payload":{payload}}}"#);
        assert_eq!(one(&error), Message::Error { text });
    }
    assert_eq!(one(r#"{"type":"log","payload":{"value":false}}"#), Message::Log { text: "false".to_owned() });
    assert_eq!(one(r#"{"type":"error","payload":{"error":"e"}}"#), Message::Error { text: "e".to_owned() });
    assert_eq!(one(r#"{"type":"error"}"#), Message::Error { text: "the service gave no reason".to_owned() });
    assert_eq!(ignored(r#"{"type":"log"}"#), "log: there is no text");
}

#[test]
fn row_55_attack_34_a_status_that_is_none_is_ignored() {
    for code in
        ["\"abc\"", "99", "100", "101", "199", "600", "1000", "0", "-200", "2e2", "200.5", "\"+200\"", "\"\""]
    {
        for line in [
            format!(r#"{{"type":"writeHead","payload":{{"code":{code},"headers":{{"a":"b"}}}}}}"#),
            format!(r#"{{"type":"status","payload":{{"value":{code}}}}}"#),
            format!("Status: {}", code.trim_matches('"')),
        ] {
            assert!(ignored(&line).contains("no number from 200 to 599"), "{line}");
        }
    }
    for line in ["Status: 99999999999999999999", "Status:", "Status: OK", "Status: 12 Twelve", "Status: 200é"]
    {
        assert!(ignored(line).contains("no number from 200 to 599"), "{line}");
    }
    for payload in ["null", "{}", "[]", "{\"value\":[200]}", "{\"value\":null}", "404"] {
        ignored(&format!(r#"{{"type":"status","payload":{payload}}}"#));
    }
}

#[test]
fn attack_34_names_and_values_that_no_header_may_have_are_ignored() {
    for name in ["", " ", "a b", "a:b", "a\\r\\nb", "a\\u0000", "é", "a(b)", "a\\n"] {
        for kind in ["setHeader", "appendHeader", "removeHeader"] {
            let line = format!(r#"{{"type":"{kind}","payload":{{"name":"{name}","value":"x"}}}}"#);
            assert!(ignored(&line).contains("no header can be named"), "{line}");
        }
    }
    for value in ["a\\r\\nSet-Cookie: x", "a\\rb", "a\\nb", "a\\u0000b", "\\u0001", "\\u001b[31m", "\\u007f"]
    {
        let line = format!(r#"{{"type":"setHeader","payload":{{"name":"a","value":["ok","{value}"]}}}}"#);
        assert!(ignored(&line).starts_with("setHeader: a would hold control characters"), "{line}");
        ignored(&format!(r#"{{"type":"statusMessage","payload":{{"value":"{value}"}}}}"#));
    }
    for value in ["null", "true", "{}", "[[\"a\"]]", "[null]", r#""\ud800""#] {
        ignored(&format!(r#"{{"type":"setHeader","payload":{{"name":"a","value":{value}}}}}"#));
    }
    for line in ["X-A: a\u{0}b", "X-A: a\rb", "X-A: \u{1b}[0m", "Status: 200 a\u{7}b", "Content-Length: 5,5"]
    {
        let reason = ignored(line);
        assert!(!reason.contains(|letter: char| letter.is_control()), "{reason:?}");
    }
    for length in ["\"\"", "\"+5\"", "\"0x5\"", "-1", "1.0", "18446744073709551616", "\"abc\""] {
        ignored(&format!(r#"{{"type":"setHeader","payload":{{"name":"content-length","value":{length}}}}}"#));
    }
}

#[test]
fn attack_34_framing_stays_the_servers() {
    let names = ["Connection", "Transfer-Encoding", "Upgrade", "Keep-Alive", "Proxy-Connection", "TE", "tE"];
    for name in names {
        assert_eq!(ignored(&format!("{name}: x")), format!("{name} is the server's to send"));
        for kind in ["setHeader", "appendHeader", "removeHeader"] {
            ignored(&format!(r#"{{"type":"{kind}","payload":{{"name":"{name}","value":"x"}}}}"#));
        }
        let line = format!(r#"{{"type":"addTrailers","payload":{{"trailers":{{"{name}":"x","a":"b"}}}}}}"#);
        let lines = decode(line.as_bytes());
        assert_eq!(lines[1], Line::Message(Message::AddTrailers { trailers: owned(&[("a", "b")]) }));
    }
    assert_eq!(one("Trailer: x-sum"), append("Trailer", &["x-sum"]));
    for name in ["Content-Length", "trailer"] {
        let line = format!(r#"{{"type":"addTrailers","payload":{{"trailers":{{"{name}":"5"}}}}}}"#);
        assert_eq!(decode(line.as_bytes())[0], {
            Line::Ignored(format!("addTrailers: {name} cannot be a trailer"))
        });
    }
}

#[test]
fn attack_34_the_good_fields_of_a_head_are_taken() {
    let line = r#"{"type":"writeHead","payload":{"code":201,"message":"a\nb","headers":{"Connection":"close","a":"b","c":null}}}"#;
    let lines = decode(line.as_bytes());
    assert_eq!(
        lines[..3],
        [
            Line::Ignored("writeHead: the reason would hold control characters: \"a\\nb\"".to_owned()),
            Line::Ignored("writeHead: Connection is the server's to send".to_owned()),
            Line::Ignored("writeHead: c is neither text nor a number".to_owned()),
        ]
    );
    assert_eq!(lines[3..], [Line::Message(head(201, None, &[("a", "b")]))]);
    let lines = decode(br#"{"type":"writeHead","payload":{"code":201,"headers":[["a","b"],"c"]}}"#);
    assert_eq!(lines[1], Line::Message(head(201, None, &[])));
}

#[test]
fn attack_33_what_is_no_message_is_ignored_with_its_words() {
    assert_eq!(ignored("hello world"), "no control message: \"hello world\"");
    for line in ["hello", "a b: c", ": c", "[1]", "5", "\"x\"", "é: x", " indented words"] {
        assert!(ignored(line).starts_with("no control message"), "{line}");
    }
    for line in
        ["{", "{}", "{x}", r#"{"type":5}"#, r#"{"type":"end"} x"#, r#"{"type":"end""#, r#"{"Type":"end"}"#]
    {
        assert!(ignored(line).contains("control"), "{line}");
    }
    assert_eq!(ignored(r#"{"type":"dance\u001b"}"#), "dance\\u{1b}: no such control message");
    assert!(ignored(&format!(r#"{{"type":"{}"}}"#, "x".repeat(500_000))).len() < 100);
    assert!(ignored(&format!("{{\"type\":{}", "[".repeat(500_000))).contains("no JSON object"));
    let deep = format!(r#"{{"type":"log","payload":{}{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
    assert!(matches!(one(&deep), Message::Log { .. }));
    match decode(b"a: \xff\nStatus: 204\n").as_slice() {
        [Line::Ignored(reason), Line::Message(Message::Status { code: 204 })] => {
            assert!(reason.contains("UTF-8"))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn attack_33_a_long_line_is_thrown_away_within_bounded_memory() {
    let exact = format!("X-A: {}", "a".repeat((1 << 20) - 5));
    assert!(matches!(one(&exact), Message::AppendHeader { .. }));
    let over = format!("{exact}a\nStatus: 204\n");
    for size in [1, 7, 4_096, 65_536, over.len()] {
        let mut decoder = Decoder::new();
        let lines: Vec<_> = over.as_bytes().chunks(size).flat_map(|chunk| decoder.push(chunk)).collect();
        match lines.as_slice() {
            [Line::Ignored(reason), Line::Message(Message::Status { code: 204 })] => {
                assert!(reason.contains("longer than 1 MiB"), "{reason}");
            }
            other => panic!("{size}: {} lines", other.len()),
        }
        assert_eq!(decoder.finish(), []);
    }
    // Were it not linear, the runner\'s limit on a test\'s time would meet it here.
    let mut decoder = Decoder::new();
    let lines: Vec<_> = (0..1_600).flat_map(|_| decoder.push(&[b'x'; 65_536])).collect();
    assert_eq!((lines.len(), decoder.finish().len()), (1, 0));
}

#[test]
fn attack_33_a_message_with_too_many_fields_is_bounded() {
    let many =
        |count: usize| (0..count).map(|number| format!("\"x{number}\":1")).collect::<Vec<_>>().join(",");
    let line =
        |count| format!(r#"{{"type":"writeHead","payload":{{"code":200,"headers":{{{}}}}}}}"#, many(count));
    assert!(matches!(one(&line(256)), Message::WriteHead { headers, .. } if headers.len() == 256));
    assert_eq!(decode(line(257).as_bytes())[1], Line::Message(head(200, None, &[])));
    let values =
        format!(r#"{{"type":"setHeader","payload":{{"name":"a","value":[{}1]}}}}"#, "1,".repeat(256));
    assert_eq!(ignored(&values), "setHeader: a has more than 256 values");
}

const STREAM: &str = concat!(
    "{\"type\":\"writeHead\",\"payload\":{\"code\":418,\"headers\":{\"x-a\":\"é😀\",\"Connection\":\"x\"}}}\n",
    "Status: 404 Not Found\r\n",
    "\n",
    "stray words\n",
    "{\"type\":\"log\",\"payload\":\"\\ud83d\\ude00\"}\n",
    "X-B: c\nX-B: d\n",
    "{\"type\":\"end\"}",
);

#[test]
fn attack_33_every_split_point_gives_the_same_lines() {
    let bytes = STREAM.as_bytes();
    let whole = decode(bytes);
    assert_eq!(whole.len(), 8);
    for first in 0..=bytes.len() {
        for second in [first, (first + 7).min(bytes.len()), bytes.len()] {
            let mut decoder = Decoder::new();
            let mut lines = decoder.push(&bytes[..first]);
            lines.extend(decoder.push(&bytes[first..second]));
            lines.extend(decoder.push(&bytes[second..]));
            lines.extend(decoder.finish());
            assert_eq!(lines, whole, "{first} {second}");
        }
    }
}

proptest! {
    #[test]
    fn attack_33_any_cuts_of_any_bytes_give_the_same_lines(
        bytes in prop_oneof![
            any::<Vec<u8>>(),
            r#"([a-c:{}\[\]", \n\r]|"type"|"payload"|"end"|"log"|Status: 20[0-9]){0,60}"#.prop_map(String::into_bytes),
        ],
        cuts in any::<Vec<u8>>(),
    ) {
        let mut decoder = Decoder::new();
        let mut lines = Vec::new();
        let mut rest = bytes.as_slice();
        for cut in cuts {
            let (piece, after) = rest.split_at(rest.len().min(usize::from(cut) % 16));
            lines.extend(decoder.push(piece));
            rest = after;
        }
        lines.extend(decoder.push(rest));
        lines.extend(decoder.finish());
        prop_assert_eq!(lines, decode(&bytes));
    }
}
