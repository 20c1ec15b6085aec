//! What a service says on descriptor 3: messages in both forms, bad values, words for the log, errors.

use super::{Scripts, id, said, speaker, wait_for_line};
use crate::harness::{End, Server};

#[test]
fn row_53_json_and_field_lines_make_a_head() {
    let server = speaker(&[]);
    let json =
        said(&server, "{\"type\":\"writeHead\",\"payload\":{\"code\":418,\"headers\":{\"x-a\":\"b\"}}}\n");
    assert_eq!((json.status, json.header("x-a"), json.text().as_str()), (418, Some("b"), "body\n"));
    let fields = said(&server, "Status: 404\nContent-Type: text/css\nX-A: b\n");
    assert_eq!((fields.status, fields.header("x-a")), (404, Some("b")));
    assert_eq!(fields.header_values("content-type"), ["text/css"]);
    let mixed = said(
        &server,
        "sTATUS:  410 All Gone\r\n\n{\"type\":\"setHeader\",\"payload\":{\"name\":\"a\",\"value\":1}}\r\n",
    );
    assert_eq!((mixed.status, mixed.reason.as_str(), mixed.header("a")), (410, "All Gone", Some("1")));
    let unfinished = said(&server, "X-A: b\nStatus: 404");
    assert_eq!((unfinished.header("x-a"), unfinished.text().as_str()), (Some("b"), "body\n"));
}

#[test]
fn row_53_the_last_line_of_all_needs_no_end() {
    let server = Server::start(&["--", "sh", "-c", "printf 'Status: 404' >&3"]);
    assert_eq!(server.get("/").status, 404);
}

#[test]
fn row_53_the_environment_names_the_descriptor() {
    let script = "echo \"$STACK_CONTROL\"; echo 'Status: 404' > \"$STACK_CONTROL\"";
    let server = Server::start(&["--", "sh", "-c", &script.replace("; ", " >&2; ")]);
    let answer = server.get("/");
    assert_eq!(answer.status, 404);
    wait_for_line(&server, &id(&answer), "| /dev/fd/3");
}

/// Messages, and what they make of the head: status, reason, the values of `x-a`.
const MESSAGES: &[(&str, u16, &str, &[&str])] = &[
    (r#"{"type":"setHeader","payload":{"name":"X-A","value":"b"}}"#, 200, "OK", &["b"]),
    (
        "X-A: old\n{\"type\":\"setHeader\",\"payload\":{\"name\":\"x-a\",\"value\":[\"b\",2]}}",
        200,
        "OK",
        &["b", "2"],
    ),
    (
        "X-A: old\n{\"type\":\"appendHeader\",\"payload\":{\"name\":\"x-a\",\"value\":\"b\"}}",
        200,
        "OK",
        &["old", "b"],
    ),
    ("X-A: old\nX-A: b\n{\"type\":\"removeHeader\",\"payload\":{\"name\":\"x-A\"}}", 200, "OK", &[]),
    (
        r#"{"type":"writeHead","payload":{"code":201,"message":"Here","headers":{"x-a":["b","c"]}}}"#,
        201,
        "Here",
        &["b", "c"],
    ),
    (
        r#"{"type":"writeHead","payload":{"statusCode":201,"headers":[["x-a","b"],["X-A","c"]]}}"#,
        201,
        "Created",
        &["b", "c"],
    ),
    (r#"{"type":"statusCode","payload":{"value":404}}"#, 404, "Not Found", &[]),
    (r#"{"type":"status","payload":{"value":"599"}}"#, 599, "<none>", &[]),
    ("Status: 404\n{\"type\":\"statusMessage\",\"payload\":{\"value\":\"Lost\"}}", 404, "Lost", &[]),
    (r#"{"type":"writeContinue"}"#, 200, "OK", &[]),
    (r#"{"type":"log","payload":{"text":"words"}}"#, 200, "OK", &[]),
    (r#"{"type":"end","payload":{}}"#, 200, "OK", &[]),
];

#[test]
fn row_54_every_message() {
    let server = speaker(&[]);
    for &(messages, status, reason, values) in MESSAGES {
        let answer = said(&server, &format!("{messages}\n"));
        assert_eq!((answer.status, answer.reason.as_str()), (status, reason), "{messages}");
        assert_eq!(answer.header_values("x-a"), values, "{messages}");
        assert!(answer.complete, "{messages}");
        // `end` says that the answer is complete, and what came after it may have come too late.
        if !messages.contains("\"end\"") {
            assert_eq!(answer.text(), "body\n", "{messages}");
        }
    }
    let ignored: Vec<_> = server.log().into_iter().filter(|line| line.contains("ignored")).collect();
    assert_eq!(ignored, [""; 0], "every message is known");
}

const BAD: Scripts = Scripts {
    javascript: "module.exports = ({ params, res }) => {
  res.setHeader('X-A', 'b');
  res.writeHead(params.code === 'abc' ? 'abc' : Number(params.code));
  res.end('x');
};",
    python: "hook.res.set_header('X-A', 'b')
code = hook.params.code
hook.res.write_head(code if code == 'abc' else int(code))
print('x')
",
    bash: "header X-A b; status \"$Hook_params_code\"; echo x",
    program: "echo 'X-A: b' >&3; echo \"Status: ${QUERY_STRING#code=}\" >&3; echo x",
};

#[test]
fn row_55_a_status_that_is_none_is_ignored_and_logged() {
    BAD.each(&[], |language, server| {
        for code in ["abc", "99", "1000", "0", "-1", "101", "199", "600"] {
            let answer = server.get(&format!("/?code={code}"));
            assert_eq!((answer.status, answer.header("x-a")), (200, Some("b")), "{language} {code}");
            assert_eq!((answer.text().as_str(), answer.complete), ("x\n", true), "{language} {code}");
            let line = wait_for_line(server, &id(&answer), "ignored");
            assert!(line.contains(code), "{language}: {line}");
        }
        assert_eq!(server.get("/?code=204").status, 204, "{language}: the server lives");
    });
}

const WORDS: Scripts = Scripts {
    javascript: "module.exports = hook => {
  hook.log('by', 'log');
  console.error('by standard error');
  console.log('by console');
  hook.res.end('body');
};",
    python: "import sys
hook.log('by', 'log')
print('by standard error', file=sys.stderr)
print('body')
",
    bash: "log by log; echo 'by standard error' >&2; echo body",
    program: "echo '{\"type\":\"log\",\"payload\":{\"text\":\"by log\"}}' >&3; echo 'by standard error' >&2; echo body",
};

#[test]
fn row_56_words_for_the_log_carry_the_id_and_reach_no_client() {
    WORDS.each(&[], |language, server| {
        let (one, two) = (server.get("/"), server.get("/"));
        assert_ne!(id(&one), id(&two));
        for answer in [one, two] {
            assert_eq!((answer.text().as_str(), answer.complete), ("body\n", true), "{language}");
            for words in ["by log", "by standard error"] {
                let line = wait_for_line(server, &id(&answer), words);
                assert!(line.ends_with(&format!(" {} | {words}", id(&answer))), "{language}: {line}");
            }
            if language == "node" {
                wait_for_line(server, &id(&answer), "| by console");
            }
        }
    });
}

#[test]
fn row_56_a_last_line_without_an_end_is_a_line_too() {
    let server = Server::start(&["--", "sh", "-c", "printf 'one\\ntwo' >&2"]);
    let answer = server.get("/");
    wait_for_line(&server, &id(&answer), "| one");
    wait_for_line(&server, &id(&answer), "| two");
}

#[test]
fn row_57_an_error_before_the_body_is_500() {
    let server = speaker(&[]);
    let error = "Status: 201\n{\"type\":\"error\",\"payload\":{\"error\":\"the store is closed\"}}\n";
    let answer = said(&server, error);
    assert_eq!((answer.status, answer.header("x-stack-error")), (500, Some("error")));
    assert!(!answer.text().contains("store") && !answer.text().contains("body"), "{}", answer.text());
    wait_for_line(&server, &id(&answer), "error: the store is closed");
    let shown = said(&speaker(&["--errors", "show"]), error);
    assert!(shown.text().contains("the store is closed"), "{}", shown.text());
}

#[test]
fn row_57_an_error_without_a_body_is_500_whatever_the_exit() {
    for exit in ["0", "1"] {
        let script = format!("echo '{{\"type\":\"error\",\"payload\":\"closed\"}}' >&3; exit {exit}");
        let answer = Server::start(&["--", "sh", "-c", &script]).get("/");
        assert_eq!((answer.status, answer.header("x-stack-error")), (500, Some("error")), "exit {exit}");
    }
}

#[test]
fn row_57_an_error_after_the_first_byte_breaks_off() {
    let script = "echo part; read -r _ < \"$GATE\"; echo '{\"type\":\"error\",\"payload\":\"closed\"}' >&3";
    let scripts = Scripts { javascript: "", python: "", bash: "", program: script };
    scripts.each_at_a_gate(&[], |language, server, gate| {
        if language == "sh" {
            let mut connection = super::begin(server, "/");
            assert_eq!(connection.head().status, 200);
            assert_eq!(connection.body_until("\n"), b"part\n");
            gate.open();
            assert_eq!(connection.rest(), (Vec::new(), End::Closed));
            server.wait_for_log(|line| line.contains("BROKEN OFF: error"));
        }
    });
}
