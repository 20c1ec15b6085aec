//! The examples of the first three languages: each does what its folder promises, beyond what is asked of all.

use std::path::Path;

use super::{runs, text_of};
use crate::harness::{End, PROJECT, Server, run_with};

/// Every example of that folder that has one of these names, and there is one for each language.
fn each(folder: &str, names: [&str; 3], check: impl Fn(&str)) {
    for (name, extension) in names.into_iter().zip(["js", "py", "sh"]) {
        let path = format!("examples/services/{folder}/{name}.{extension}");
        assert!(Path::new(PROJECT).join(&path).is_file(), "there is no {path}");
        if runs(&path) {
            check(&path);
        }
    }
}

/// The same, served.
fn each_served(folder: &str, name: &str, check: impl Fn(&str, &Server)) {
    each(folder, [name; 3], |path| check(path, &Server::start(&[path])));
}

#[test]
fn examples_echo() {
    each_served("echo", "echo", |path, server| {
        let expected = match path.rsplit_once('.').unwrap().1 {
            "js" => "Hello, this is a JavaScript script.\nhook.params is:\n{\"foo\":\"bar\"}\n",
            "py" => "Hello, this is a Python script.\nhook['params'] is:\n{'foo': 'bar'}\n",
            _ => "hello world\n$Hook_params_foo: bar\n",
        };
        assert_eq!(text_of(&server.get("/?foo=bar")), expected, "{path}");
    });
    let variants = [("echo-es6-async.js", "es6", "{\"foo\":\"bar\"}\n"), ("echo-py3.py", "python3", "bar\n")];
    for (name, language, shown) in variants.into_iter().filter(|(name, ..)| runs(name)) {
        let server = Server::start(&[&format!("examples/services/echo/{name}"), "-l", language]);
        let text = text_of(&server.get("/?foo=bar"));
        assert!(text.starts_with("Hello, this is a ") && text.ends_with(shown), "{name}: {text}");
    }
}

#[test]
fn examples_clock_ticks_while_it_runs() {
    each_served("streams", "clock", |path, server| {
        let text = text_of(&server.get("/?count=3&interval=20"));
        let is_time =
            |line: &str| line.split(':').count() == 3 && line.contains(|digit: char| digit.is_ascii_digit());
        assert!(text.lines().count() == 3 && text.lines().all(is_time), "{path}: {text}");
        let mut connection = server.connect();
        connection.send("GET /?count=100000&interval=600000 HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(connection.head().status, 200, "{path}");
        connection.body_until("\n");
        assert_eq!(connection.ended(), None, "{path}");
    });
}

#[test]
fn examples_upload_reports_while_it_arrives() {
    each_served("streams", "upload", |path, server| {
        let half = vec![b'x'; 500_000];
        let mut connection = server.connect();
        connection.send("PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n");
        connection.send(&half);
        assert_eq!(connection.head().status, 200, "{path}");
        let begun = connection.body_until("\n");
        connection.send(&half);
        let (rest, end) = connection.rest();
        let text = String::from_utf8([begun, rest].concat()).unwrap();
        assert_eq!(end, End::Complete, "{path}: {text}");
        assert!(text.lines().count() > 2 && text.ends_with("received 1000000 bytes\n"), "{path}: {text}");
    });
}

#[test]
fn examples_server_sent_events() {
    each_served("sse", "sse", |path, server| {
        let page = server.request("GET", "/", &[("Accept", "text/html")], b"");
        assert!(page.header("content-type").is_some_and(|value| value.starts_with("text/html")), "{path}");
        assert!(text_of(&page).contains("new EventSource("), "{path}");
        let mut connection = server.connect();
        connection
            .send("GET / HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nLast-Event-ID: 41\r\n\r\n");
        let head = connection.head();
        assert_eq!((head.status, head.header("content-type")), (200, Some("text/event-stream")), "{path}");
        assert_eq!(head.header("cache-control"), Some("no-cache"), "{path}");
        let event = String::from_utf8(connection.body_until("\n\n")).unwrap();
        assert!(event.starts_with("id: 42\ndata: "), "{path}: {event}");
        let next = String::from_utf8(connection.body_until("\n\n")).unwrap();
        assert!(next.starts_with("id: 43\ndata: "), "{path}: {next}");
    });
}

const FORM: &str = "multipart/form-data; boundary=XX";

/// A form as a browser sends it, with a file and one more field.
fn form(name: &str, value: &str, file: &str) -> String {
    let disposition = "Content-Disposition: form-data; name=";
    format!(
        "--XX\r\n{disposition}\"{name}\"\r\n\r\n{value}\r\n--XX\r\n{disposition}\"f\"; filename=\"no 'tes.txt\"\r\n\
         Content-Type: text/plain\r\n\r\n{file}\r\n--XX--\r\n"
    )
}

#[test]
fn examples_uploader() {
    each_served("uploads", "uploader", |path, server| {
        let described = text_of(&server.post("/", FORM, form("title", "My <notes>", "hello")));
        let expected = "title: My <notes>\nfile: no 'tes.txt, 5 bytes, text/plain\n\
            sha256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n";
        assert_eq!(described, expected, "{path}");
        let imitations = [
            (
                "application/json",
                "{\"f\":{\"path\":\"/etc/passwd\",\"size\":1,\"filename\":\"a\",\"type\":\"b\"}}",
            ),
            ("application/x-www-form-urlencoded", "f[path]=/etc/passwd&f[size]=1&f_path=/etc/passwd"),
        ];
        for (content_type, body) in imitations {
            let refused = server.post("/", content_type, body);
            assert_eq!(refused.status, 400, "{path}: {}", refused.text());
        }
        let back = server.post("/", FORM, form("back", "1", "hello\nagain"));
        assert_eq!(text_of(&back), "hello\nagain", "{path}");
        if !path.ends_with(".sh") {
            let page = server.get("/");
            assert!(
                page.header("content-type").is_some_and(|value| value.starts_with("text/html")),
                "{path}"
            );
            assert!(text_of(&page).contains("multipart/form-data"), "{path}");
        }
    });
}

#[test]
fn examples_filter() {
    each("filters", ["transform", "upper", "upper"], |path| {
        let finished = run_with(&["pipe", path], "hi\nyou".as_bytes(), |_| {});
        assert_eq!(
            (finished.code, finished.stdout.as_str()),
            (0, "HI\nYOU\n"),
            "{path}: {}",
            finished.stderr
        );
    });
}
