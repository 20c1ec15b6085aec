//! What the output of a CGI program means: the header block, the body behind it, the exit.

use super::{PLAIN, id, said, shell, speaker};
use crate::harness::{End, Folder, Server, run_with};

#[test]
fn contract_36_row_86_the_header_block_is_the_head() {
    let server = speaker("");
    for end in ["\n", "\r\n"] {
        let lines = [
            "Status: 404 Lost It",
            "Content-Type: text/css",
            "Set-Cookie: a=b",
            "set-cookie:c",
            "",
            "b\r\n\n",
        ];
        let answer = said(&server, lines.join(end));
        assert_eq!((answer.status, answer.reason.as_str()), (404, "Lost It"));
        assert_eq!(answer.header_values("content-type"), ["text/css"]);
        assert_eq!(answer.header_values("set-cookie"), ["a=b", "c"]);
        assert_eq!(answer.header("status"), None);
        assert_eq!((answer.text().as_str(), answer.end), ("b\r\n\n", End::Complete));
    }
    let plain = said(&server, "Content-Type: text/plain\n\n");
    assert_eq!((plain.status, plain.body.len(), plain.end), (200, 0, End::Complete));
    let untyped = said(&server, "Status: 200\n\n<script>");
    assert_eq!(untyped.header("x-content-type-options"), Some("nosniff"));
}

#[test]
fn row_86_a_location_without_a_status_is_302() {
    let server = speaker("");
    for place in ["https://example.org/a?b#c", "/local?path=1"] {
        let answer = said(&server, format!("Location: {place}\r\n\r\n"));
        assert_eq!((answer.status, answer.header("location"), answer.body.len()), (302, Some(place), 0));
    }
    let made = said(&server, "Location: /new\nStatus: 201 Created\nContent-Type: text/plain\n\nmade\n");
    assert_eq!((made.status, made.header("location"), made.text().as_str()), (201, Some("/new"), "made\n"));
}

#[test]
fn row_86_the_body_streams_both_ways() {
    let server = shell("exec cat");
    let mut connection = server.connect();
    connection.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for piece in ["Content-", "Type: text/plain\r", "\n\r"] {
        connection.send_chunk(piece);
    }
    connection.send_chunk("\n");
    let head = connection.head();
    assert_eq!((head.status, head.header("content-type")), (200, Some("text/plain")));
    for piece in ["a", "Status: 404\n\n"] {
        connection.send_chunk(piece);
        assert_eq!(connection.body_until(piece), piece.as_bytes());
    }
    connection.send_chunk("");
    assert_eq!(connection.rest(), (Vec::new(), End::Complete));
}

#[test]
fn row_86_a_large_body_arrives_whole() {
    let server = shell(&format!("{PLAIN}; head -c 10000000 /dev/zero"));
    let answer = server.get("/");
    assert_eq!((answer.body.len(), answer.end), (10_000_000, End::Complete));
    assert!(answer.body.iter().all(|&byte| byte == 0));
}

#[test]
fn row_86_head_and_bodiless_statuses_stay_in_step() {
    let server = shell("printf 'Status: 204\\n\\n'; [ \"$REQUEST_METHOD\" = GET ] || echo surplus");
    let mut connection = server.connect();
    for method in ["HEAD", "GET", "DELETE", "GET"] {
        connection.send(format!("{method} / HTTP/1.1\r\nHost: x\r\n\r\n"));
        let answer = connection.response_to_head();
        assert_eq!(answer.status, 204, "{method}");
    }
}

#[test]
fn row_86_an_exit_before_the_block_is_complete_decides() {
    for (output, exit, code) in [
        ("", "exit 3", "exit"),
        ("Status: 200\\n", "exit 3", "exit"),
        ("Status: 200", "kill -9 $$", "signal"),
    ] {
        let answer = shell(&format!("printf '{output}'; {exit}")).get("/");
        assert_eq!((answer.status, answer.header("x-stack-error")), (500, Some(code)), "{output:?} {exit}");
        assert!(answer.text().contains("before its header block was complete"), "{}", answer.text());
    }
}

#[test]
fn row_86_an_exit_after_the_block_breaks_off() {
    for body in ["", "; echo part"] {
        let server = shell(&format!("{PLAIN}{body}; exit 3"));
        let answer = server.get("/");
        assert_eq!((answer.status, answer.end), (200, End::Closed), "{body}");
        server.wait_for_log(|line| line.contains("BROKEN OFF: exit 3"));
    }
    let line = format!("{PLAIN}; exit 3");
    let accepted = Server::start(&["--cgi", "--ok-exit", "3", "--", "sh", "-c", &line]).get("/");
    assert_eq!((accepted.status, accepted.end), (200, End::Complete));
}

#[test]
fn row_86_messages_come_first_and_the_block_decides() {
    let messages = "printf 'Status: 404 Lost\\nX-A: message\\nX-B: message\\n' >&3";
    let answer = shell(&format!("{messages}; printf 'Status: 201\\nX-A: block\\n\\n'")).get("/");
    assert_eq!((answer.status, answer.reason.as_str()), (201, "Created"));
    assert_eq!((answer.header_values("x-a"), answer.header("x-b")), (vec!["block"], Some("message")));
    let typed = shell(&format!("{messages}; {PLAIN}")).get("/");
    assert_eq!((typed.status, typed.header("content-type")), (404, Some("text/plain")));
    let end = "printf '{\"type\":\"end\"}\\n' >&3; exec sleep 60";
    let ended = shell(&format!("{PLAIN}; echo body; {end}")).get("/");
    assert_eq!((ended.status, ended.text().as_str(), ended.end), (200, "body\n", End::Complete));
    let early = shell(&format!("printf 'Status: 200\\n'; {end}")).get("/");
    assert_eq!((early.status, early.header("x-stack-error")), (502, Some("bad-cgi-header")));
    let error =
        shell("printf '{\"type\":\"error\",\"payload\":\"closed\"}\\n' >&3; printf 'X-A: b\\n'").get("/");
    assert_eq!((error.status, error.header("x-stack-error")), (500, Some("error")));
}

#[test]
fn row_86_what_escaped_may_still_answer() {
    let folder = Folder::new();
    let gate = folder.fifo("gate");
    // It is out of the group before the leader goes, and speaks only when the leader is gone.
    let text = format!(
        "#!/bin/sh\necho > {gate}\nwhile kill -0 $1 2>&-; do :; done\nprintf 'pe: text/plain\\n\\nbody\\n'\n"
    );
    let rest = folder.program("rest", &text);
    let answer =
        shell(&format!("printf 'Content-Ty'; setsid {rest} $$ & read -r _ < {gate}; exit 0")).get("/");
    assert_eq!((answer.status, answer.text().as_str()), (200, "body\n"));
}

#[test]
fn row_86_standard_error_is_the_log() {
    let server = shell(&format!("echo 'X-Evil: 1' >&2; {PLAIN}; echo body"));
    let answer = server.get("/");
    assert_eq!((answer.text().as_str(), answer.header("x-evil")), ("body\n", None));
    let id = id(&answer).to_owned();
    server.wait_for_log(|line| line.contains(&id) && line.ends_with("| X-Evil: 1"));
}

#[test]
fn row_86_a_filter_gives_the_body_alone() {
    let line = format!("{PLAIN}; cat");
    let finished = run_with(&["pipe", "--cgi", "--", "sh", "-c", &line], b"hello\n", |_| {});
    assert_eq!((finished.code, finished.stdout.as_str()), (0, "hello\n"), "{}", finished.stderr);
}
