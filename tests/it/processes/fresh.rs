//! A process a request: nothing is shared, many run side by side, and their bytes all arrive as they are written.

use std::collections::HashSet;
use std::time::Instant;

use super::{Shell, assert_within};
use crate::harness::{End, Folder, Server, interpreter};

#[test]
fn row_20_every_request_has_a_process_of_its_own() {
    let server = Server::start(&["-l", "bash", "-e", "echo $$"]);
    let mut connection = server.connect();
    let mut pids = HashSet::new();
    for _ in 0..5 {
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(pids.insert(connection.response().text()), "one process answered twice");
    }
}

#[test]
fn row_20_module_state_does_not_survive() {
    let folder = Folder::new();
    let python = "import json\njson.count = getattr(json, 'count', 0) + 1\nprint(json.count)\n";
    let javascript = "let count = 0;\nmodule.exports = (hook) => { hook.res.end(String(++count)); };\n";
    let services = [("python3", "count.py", python), ("node", "count.js", javascript)];
    for (program, name, text) in services {
        if interpreter(program) {
            let server = Server::start(&[folder.script(name, text)]);
            assert_eq!([server.get("/").text(), server.get("/").text()], ["1\n", "1\n"], "{name}");
        }
    }
}

#[test]
fn row_21_ten_at_once_alone() {
    let server = Server::start(&["--", "sh", "-c", "sleep 1; echo ok"]);
    let start = Instant::now();
    std::thread::scope(|scope| {
        let answers: Vec<_> = (0..10).map(|_| scope.spawn(|| server.get("/").text())).collect();
        for answer in answers {
            assert_eq!(answer.join().unwrap(), "ok\n");
        }
    });
    assert_within(start.elapsed(), 1000, 4900);
}

#[test]
fn row_21_whatever_a_service_does_the_next_is_served() {
    let text = "case $PATH_INFO in
/exit) exit 3 ;;
/kill) kill -9 $$ ;;
/segv) kill -SEGV $$ ;;
/stop) kill -STOP $$ ;;
/close) exec 0<&- 1>&- 2>&- 3>&-; exit 1 ;;
/control) echo '{\"type\":\"writeHead\",\"payload\":{\"code\":\"abc\"}}' >&3; echo '{{{' >&3; echo fine ;;
/error) echo '{\"type\":\"error\",\"payload\":\"bad\"}' >&3 ;;
/noise) head -c 3000000 /dev/zero >&2; exit 1 ;;
/hang) exec sleep 60 ;;
/half) echo half; exit 1 ;;
/broken) echo half; kill -9 $$ ;;
/endless) while echo more; do sleep 0.05; done ;;
esac";
    let shell = Shell::serve(&["-t", "5s"], text);
    let failures = [
        ("/exit", 500),
        ("/kill", 500),
        ("/segv", 500),
        ("/stop", 504),
        ("/close", 500),
        ("/control", 200),
        ("/error", 500),
        ("/noise", 500),
        ("/hang", 504),
        ("/half", 200),
        ("/broken", 200),
        ("/endless", 200),
    ];
    shell.server.unharmed(|| {
        std::thread::scope(|scope| {
            for (path, status) in failures {
                let server = &shell.server;
                scope.spawn(move || {
                    let response = server.get(path);
                    assert_eq!(response.status, status, "{path}: {}", response.text());
                    let is_cut = matches!(path, "/half" | "/broken" | "/endless");
                    assert_eq!(response.complete, !is_cut, "{path}");
                    server.assert_serves();
                });
            }
        });
    });
}

#[test]
fn row_41_the_answer_may_begin_before_the_request_has_ended() {
    let server = Server::start(&["cat"]);
    let mut connection = server.connect();
    connection.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (at, byte) in ["a", "b", "c"].into_iter().enumerate() {
        connection.send_chunk(byte);
        if at == 0 {
            assert_eq!(connection.head().status, 200);
        }
        assert_eq!(connection.body_until(byte), byte.as_bytes());
    }
    connection.send("0\r\n\r\n");
    assert_eq!(connection.rest(), (Vec::new(), End::Complete));
    // The next request on the same connection is a new conversation.
    connection.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nd");
    assert_eq!(connection.response().text(), "d");
}

#[test]
fn row_51_every_byte_of_a_hundred_megabytes_through_a_program() {
    let server = Server::start(&["cat"]);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let body: Vec<u8> = (0..100_000_000 / 8).flat_map(|_| next()).collect();
    let response = server.post("/", "application/octet-stream", &body);
    assert_eq!((response.status, response.complete, response.body.len()), (200, true, body.len()));
    assert!(response.body == body, "the bytes differ");
    assert!(server.peak_memory() < 64 << 20, "{} bytes were resident", server.peak_memory());
}

#[test]
fn row_51_every_byte_of_a_hundred_megabytes_from_bash() {
    let script = "printf -v block '%099990d' 7\n\
                  for ((at = 0; at < 1000; at++)); do printf '%010d%s' \"$at\" \"$block\"; done";
    let server = Server::start(&["-l", "bash", "-e", script]);
    let response = server.get("/");
    let block = "0".repeat(99_989) + "7";
    let expected: String = (0..1000).map(|at| format!("{at:010}{block}")).collect();
    assert_eq!((response.status, response.complete, response.body.len()), (200, true, expected.len()));
    assert!(response.body == expected.as_bytes(), "the bytes differ");
}
