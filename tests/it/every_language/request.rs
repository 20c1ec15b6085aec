//! What a service is told of its request, and the body that it reads.

use std::time::{Duration, SystemTime};

use super::dialect::{BINARY, Dialect};
use crate::languages::text_of;

pub(super) fn row_44_the_request(dialect: &Dialect) {
    let Some(server) = dialect.serve("request") else { return };
    let response = server.request("PUT", "/p/q?a=b%20c&d", &[("X-A", "value")], b"");
    let text = text_of(&response);
    let lines: Vec<&str> = text.lines().collect();
    let host = server.address().to_string();
    let id = response.header("x-request-id").expect("every answer has one");
    assert_eq!(lines.len(), 11, "{text}");
    let expected = ["PUT", "/p/q?a=b%20c&d", "/p/q", "a=b%20c&d", "value", &host, "1.1", "127.0.0.1", id];
    assert_eq!(lines[..9], expected);
    let deadline = lines[9].parse().unwrap_or_else(|_| panic!("a deadline in milliseconds: {}", lines[9]));
    let deadline = SystemTime::UNIX_EPOCH + Duration::from_millis(deadline);
    let left = deadline.duration_since(SystemTime::now()).expect("it is to come");
    assert!(left <= Duration::from_secs(60), "{left:?}");
    assert_eq!(lines[10], "b c");
}

pub(super) fn row_23_the_environment(dialect: &Dialect) {
    let Some(server) = dialect.serve_with("environment", |builder| builder.env("T_A", "é a")) else {
        return;
    };
    let response = server.request("DELETE", "/", &[("X-B", "b")], b"");
    assert_eq!(text_of(&response), "é a|DELETE|b\n");
}

pub(super) fn row_38_a_body_byte_for_byte(dialect: &Dialect) {
    let Some(server) = dialect.serve("body") else { return };
    let unit: Vec<u8> = if dialect.has(BINARY) { (0..=255).collect() } else { "a line: é €\n".into() };
    let large = unit.repeat(1_000_000 / unit.len());
    for body in [unit, large] {
        let answer = server.post("/", "application/octet-stream", &body);
        assert!(answer.status == 200 && answer.complete, "{} {}", answer.status, answer.text());
        assert!(answer.body == body, "{} bytes of {}", answer.body.len(), body.len());
    }
    assert_eq!(text_of(&server.get("/")), "");
}

pub(super) fn row_37_an_uploaded_file(dialect: &Dialect) {
    let Some(server) = dialect.serve("upload") else { return };
    let content = "the first line\nand é without an end";
    // The second field is an imitation, which no service may take for the file's place.
    let body = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"no 'tés.txt\"\r\n\
         Content-Type: text/x-notes\r\n\r\n{content}\r\n\
         --XX\r\nContent-Disposition: form-data; name=\"f[path]\"\r\n\r\n/etc/passwd\r\n--XX--\r\n"
    );
    let answer = server.post("/", "multipart/form-data; boundary=XX", body);
    assert_eq!(text_of(&answer), format!("no 'tés.txt\ntext/x-notes\n{}\n{content}", content.len()));
}
