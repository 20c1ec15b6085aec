//! Heads that would split, forge or end an answer.

use super::{ignored, said, speaker};
use crate::harness::{Connection, End, Folder, Server, interpreter};

/// The bytes of a head as they came.
fn raw_head(connection: &mut Connection, request: &str) -> String {
    use std::io::Read;
    connection.send(request);
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        connection.stream().read_exact(&mut byte).expect("a head comes");
        bytes.push(byte[0]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

const INJECTIONS: &[&str] = &[
    r#"{"type":"setHeader","payload":{"name":"X-A","value":"b\r\nX-Evil: 1"}}"#,
    r#"{"type":"appendHeader","payload":{"name":"X-A","value":"b\nX-Evil: 1"}}"#,
    r#"{"type":"setHeader","payload":{"name":"X-A","value":"b\rX-Evil: 1"}}"#,
    r#"{"type":"setHeader","payload":{"name":"X-A","value":"b\u0000X-Evil: 1"}}"#,
    r#"{"type":"setHeader","payload":{"name":"X-A\r\nX-Evil","value":"1"}}"#,
    r#"{"type":"setHeader","payload":{"name":"X-A\u0000","value":"X-Evil"}}"#,
    r#"{"type":"setHeader","payload":{"name":"X-Evil: 1\r\nX-A","value":"1"}}"#,
    r#"{"type":"setHeader","payload":{"name":"","value":"X-Evil"}}"#,
    r#"{"type":"statusMessage","payload":{"value":"OK\r\nX-Evil: 1"}}"#,
    r#"{"type":"writeHead","payload":{"code":200,"message":"OK\r\nX-Evil: 1"}}"#,
    r#"{"type":"writeHead","payload":{"code":200,"headers":{"X-A":"b\r\nX-Evil: 1"}}}"#,
    r#"{"type":"addTrailers","payload":{"trailers":{"X-T\r\nX-Evil":"1"}}}"#,
    "Status: 200 OK\rX-Evil: 1",
    "X-A: b\rX-Evil: 1",
];

#[test]
fn attack_34_line_ends_and_nul_never_reach_a_head() {
    let server = speaker();
    server.unharmed(|| {
        for message in INJECTIONS {
            let request =
                format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{message}", message.len());
            let head = raw_head(&mut server.connect(), &request);
            assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{message}: {head}");
            assert!(!head.to_lowercase().contains("x-evil"), "{message}: {head}");
            assert!(!head.contains('\0'), "{message}");
            let answer = said(&server, format!("{message}\nX-Good: 1\n"));
            assert_eq!((answer.header("x-good"), answer.text().as_str()), (Some("1"), "body\n"), "{message}");
            assert_eq!(ignored(&server, &answer).len(), 1, "{message}");
        }
    });
}

#[test]
fn attack_34_no_language_lets_a_value_split_the_head() {
    let folder = Folder::new();
    let javascript = "module.exports = h => { h.res.setHeader('X-A', h.params.v); h.res.setHeader('X-Good', '1'); h.res.end('x') }";
    let python =
        "hook.res.set_header('X-A', hook.params.v)\nhook.res.set_header('X-Good', '1')\nprint('x')\n";
    let services = [
        ("node", folder.script("s.js", javascript)),
        ("python3", folder.script("s.py", python)),
        ("bash", folder.script("s.sh", "header X-A \"$Hook_params_v\"; header X-Good 1; echo x")),
    ];
    for (language, service) in services {
        if interpreter(language) {
            let server = Server::start(&[service]);
            for value in [
                "b%0d%0aX-Evil:%201",
                "b%0aX-Evil:%201",
                "b%0dX-Evil:%201",
                "%22%7d%7d%0a%7b%22type%22:%22end%22%7d",
            ] {
                let request = format!("GET /?v={value} HTTP/1.1\r\nHost: x\r\n\r\n");
                let head = raw_head(&mut server.connect(), &request).to_lowercase();
                assert!(head.starts_with("http/1.1 200 ok\r\n"), "{language}: {head}");
                assert!(!head.contains("x-evil") && head.contains("x-good: 1\r\n"), "{language}: {head}");
            }
        }
    }
}

#[test]
fn attack_34_the_framing_is_the_servers() {
    let server = speaker();
    let fields = "Connection: close\nTransfer-Encoding: gzip\nTransfer-Encoding: chunked\nUpgrade: h2c\n\
                  Keep-Alive: timeout=1\nProxy-Connection: close\nTE: gzip\nX-Good: 1\n";
    server.unharmed(|| {
        let mut connection = server.connect();
        for _ in 0..3 {
            connection.send(format!(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{fields}",
                fields.len()
            ));
            let answer = connection.response();
            assert_eq!((answer.status, answer.text().as_str(), answer.end), (200, "body\n", End::Complete));
            assert_eq!(answer.header("x-good"), Some("1"));
            for name in ["connection", "upgrade", "keep-alive", "proxy-connection", "te"] {
                assert_eq!(answer.header(name), None, "{name}");
            }
            let coding = answer.header_values("transfer-encoding");
            assert!(coding.is_empty() || coding == ["chunked"], "{coding:?}");
            assert_eq!(ignored(&server, &answer).len(), 7);
        }
    });
}

#[test]
fn attack_34_interim_statuses_are_no_answer() {
    let server = speaker();
    server.unharmed(|| {
        for status in ["100", "101", "103", "199"] {
            let answer = said(&server, format!("Status: {status}\nUpgrade: websocket\n"));
            assert_eq!((answer.status, answer.text().as_str()), (200, "body\n"), "{status}");
        }
    });
}

#[test]
fn attack_34_lengths_that_are_none_are_ignored() {
    let server = speaker();
    server.unharmed(|| {
        for length in ["+5", "5,5", "0x5", "-1", "18446744073709551616", "5 5", "", "five"] {
            let answer = said(&server, format!("Content-Length: {length}\n"));
            let seen = (answer.status, answer.text(), answer.end);
            assert_eq!(seen, (200, "body\n".to_owned(), End::Complete), "{length}");
            assert_eq!(ignored(&server, &answer).len(), 1, "{length}");
        }
        let twice = said(&server, "Content-Length: 3\nContent-Length: 5\n");
        assert_eq!(twice.header_values("content-length"), ["5"], "the last one counts");
        assert_eq!((twice.text().as_str(), twice.end), ("body\n", End::Complete));
        let immense = said(&server, "Content-Length: 18446744073709551615\n");
        assert_ne!(immense.end, End::Complete, "a body shorter than that is cut");
    });
}

#[test]
fn attack_34_a_declared_length_and_no_body_stay_in_step() {
    let server = speaker();
    let mut connection = server.connect();
    for (messages, status) in
        [("Status: 204\nContent-Length: 5\n", 204), ("Status: 304\nContent-Length: 5\n", 304)]
    {
        connection.send(format!(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{messages}",
            messages.len()
        ));
        let answer = connection.response_to_head();
        assert_eq!(answer.status, status);
        if status == 204 {
            assert_eq!(answer.header("content-length"), None, "RFC 9110, section 8.6");
        }
        connection.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(connection.response().text(), "body\n");
    }
}
