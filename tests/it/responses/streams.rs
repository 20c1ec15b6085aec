//! Bytes reach the client as they are written, and an event stream lives for as long as it is open.

use std::time::{Duration, Instant};

use super::{Gate, Scripts, begin};
use crate::harness::{End, Folder, Server, interpreter};

const STEPS: Scripts = Scripts {
    javascript: "const fs = require('fs');
module.exports = ({ res }) => {
  res.write('one\\n');
  fs.readSync(fs.openSync(process.env.GATE), Buffer.alloc(8));
  process.stdout.write('two\\n');
  fs.readSync(fs.openSync(process.env.GATE), Buffer.alloc(8));
  res.end('three');
};",
    python: "import os
print('one')
os.read(os.open(os.environ['GATE'], os.O_RDONLY), 8)
print('two')
os.read(os.open(os.environ['GATE'], os.O_RDONLY), 8)
hook.res.write('three\\n')
",
    bash: "echo one; read -r _ < \"$GATE\"; echo two; read -r _ < \"$GATE\"; printf 'three\\n'",
    program: "echo one; read -r _ < \"$GATE\"; echo two; read -r _ < \"$GATE\"; echo three",
};

#[test]
fn row_50_a_line_arrives_before_the_next_is_written() {
    STEPS.each_at_a_gate(&[], |language, server, gate| {
        let mut connection = begin(server, "/");
        let head = connection.head();
        assert_eq!((head.status, head.header("x-accel-buffering")), (200, Some("no")), "{language}");
        assert_eq!(connection.body_until("one\n"), b"one\n", "{language}");
        gate.open();
        assert_eq!(connection.body_until("two\n"), b"two\n", "{language}");
        gate.open();
        assert_eq!(connection.rest(), (b"three\n".to_vec(), End::Complete), "{language}");
    });
}

#[test]
fn row_50_a_byte_without_a_line_end_arrives() {
    let scripts = Scripts {
        javascript: "const fs = require('fs');
module.exports = ({ res }) => { res.write('x'); fs.readSync(fs.openSync(process.env.GATE), Buffer.alloc(8)); };",
        python: "import os
hook.res.write('x')
os.read(os.open(os.environ['GATE'], os.O_RDONLY), 8)
",
        bash: "printf x; read -r _ < \"$GATE\"",
        program: "printf x; read -r _ < \"$GATE\"",
    };
    scripts.each_at_a_gate(&[], |language, server, gate| {
        let mut connection = begin(server, "/");
        connection.head();
        assert_eq!(connection.body_until("x"), b"x", "{language}");
        gate.open();
        assert_eq!(connection.rest(), (Vec::new(), End::Complete), "{language}");
    });
}

#[test]
fn row_50_an_answer_that_is_whole_at_once_has_its_length_instead() {
    let server = Server::start(&["printf", "hello"]);
    // A program's exit may come later than its output by more than the server waits; mostly it does not.
    let whole = (0..20).map(|_| server.get("/")).find(|answer| answer.header("content-length").is_some());
    let whole = whole.expect("none of twenty short answers had its length");
    assert_eq!((whole.header("content-length"), whole.header("x-accel-buffering")), (Some("5"), None));
    assert_eq!(whole.text(), "hello");
}

#[test]
fn row_50_half_a_second_apart_stays_half_a_second_apart_alone() {
    let scripts = Scripts {
        javascript: "module.exports = async ({ res }) => {
  for (let i = 0; i < 4; i++) { res.write('x\\n'); await new Promise(done => setTimeout(done, 500)); }
};",
        python: "import time
for i in range(4):
    print('x')
    time.sleep(0.5)
",
        bash: "for i in 1 2 3 4; do echo x; sleep 0.5; done",
        program: "for i in 1 2 3 4; do echo x; sleep 0.5; done",
    };
    scripts.each(&[], |language, server| {
        let mut connection = begin(server, "/");
        connection.head();
        let mut arrivals = Vec::new();
        while connection.piece().is_some() {
            arrivals.push(Instant::now());
        }
        assert_eq!(arrivals.len(), 4, "{language}");
        // A busy machine may bring each of them late, but not four in one.
        let spread = arrivals[3].duration_since(arrivals[0]);
        assert!(spread > Duration::from_secs(1), "{language}: all within {spread:?}");
    });
}

/// More than twice the limit of silence that these tests set.
const SILENCE: Duration = Duration::from_millis(800);

#[test]
fn row_65_an_event_stream_may_be_silent_for_as_long_as_it_is_open() {
    let folder = Folder::new();
    for content_type in ["text/event-stream", "text/event-stream; charset=utf-8", "Text/Event-Stream"] {
        let mut gate = Gate::shut(&folder, &content_type.replace(['/', ' '], "_"));
        let script = format!(
            "echo 'Content-Type: {content_type}' >&3; printf 'data: 1\\n\\n'; read -r _ < \"$GATE\"; printf 'data: 2\\n\\n'"
        );
        let server = Server::builder()
            .arguments(&["--idle-timeout", "300ms", "--", "sh", "-c", &script])
            .env("GATE", &gate.path)
            .start();
        let mut connection = begin(&server, "/");
        let head = connection.head();
        assert_eq!(head.header("content-type"), Some(content_type));
        assert_eq!(head.header("x-accel-buffering"), Some("no"));
        assert_eq!(connection.body_until("\n\n"), b"data: 1\n\n");
        assert!(connection.quiet_for(SILENCE), "it stays open");
        gate.open();
        assert_eq!(connection.rest(), (b"data: 2\n\n".to_vec(), End::Complete));
    }
}

#[test]
fn row_65_any_other_stream_may_not() {
    let server =
        Server::start(&["--idle-timeout", "300ms", "--", "sh", "-c", "echo 'data: 1'; exec sleep 60"]);
    let mut connection = begin(&server, "/");
    assert_eq!(connection.head().status, 200);
    assert_eq!(connection.rest(), (b"data: 1\n".to_vec(), End::Closed));
    server.wait_for_log(|line| line.contains("BROKEN OFF: silent"));
}

#[test]
fn row_65_the_example_sends_events() {
    if !interpreter("node") {
        return;
    }
    let server = Server::start(&["examples/services/sse/sse.js"]);
    let page = server.get("/");
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.text().contains("new EventSource(location.href)"), "{}", page.text());
    let mut connection = server.connect();
    connection.send("GET / HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nLast-Event-ID: 41\r\n\r\n");
    assert_eq!(connection.head().header("content-type"), Some("text/event-stream"));
    for number in [42, 43] {
        let event = String::from_utf8(connection.body_until("\n\n")).unwrap();
        assert!(event.starts_with(&format!("id: {number}\ndata: 20")), "{event}");
    }
}
