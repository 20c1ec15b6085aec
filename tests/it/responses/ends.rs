//! `end` answers early and leaves the process its grace; bytes that are in the pipe at the exit always arrive.

use std::time::Duration;

use rustix::net::sockopt::set_socket_recv_buffer_size;

use super::{Gate, Scripts, begin};
use crate::harness::{End, Folder, Server, eventually, holds_for, interpreter};

/// A program that answers, says so, and goes on when the gate opens.
const EARLY: &str = "echo body; echo '{\"type\":\"end\",\"payload\":{}}' >&3; read -r _ < \"$GATE\"; echo done >> \"$GATE.done\"; exit 3";

fn early(flags: &[&str]) -> (Folder, Gate, Server) {
    let folder = Folder::new();
    let gate = Gate::shut(&folder, "gate");
    let server =
        Server::builder().arguments(flags).arguments(&["--", "sh", "-c", EARLY]).env("GATE", &gate.path);
    let server = server.start();
    (folder, gate, server)
}

#[test]
fn engine_b4_end_answers_while_the_process_goes_on() {
    let (folder, mut gate, server) = early(&["--kill-grace", "20s"]);
    let answer = server.get("/");
    assert_eq!((answer.status, answer.text().as_str(), answer.end), (200, "body\n", End::Complete));
    assert_eq!(server.services().len(), 1, "it waits at its gate");
    gate.open();
    eventually("it does what it had to do", || (folder.lines("gate.done") == 1).then_some(()));
    eventually("it has ended", || server.services().is_empty().then_some(()));
    assert!(
        !server.log().iter().any(|line| line.contains("BROKEN OFF")),
        "its exit code is too late to matter"
    );
}

#[test]
fn engine_b4_the_connection_serves_on_meanwhile() {
    let (_folder, mut gate, server) = early(&["--kill-grace", "20s"]);
    let mut connection = server.connect();
    for _ in 0..3 {
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(connection.response().text(), "body\n");
    }
    assert_eq!(server.services().len(), 3);
    for _ in 0..3 {
        gate.open();
    }
    eventually("all have ended", || server.services().is_empty().then_some(()));
}

#[test]
fn engine_b4_after_its_grace_the_process_is_ended() {
    let (folder, _gate, server) = early(&["--kill-grace", "100ms"]);
    assert_eq!(server.get("/").text(), "body\n");
    eventually("it was ended", || server.services().is_empty().then_some(()));
    assert_eq!(folder.lines("gate.done"), 0, "and not by itself");
}

#[test]
fn engine_b4_end_before_any_output_is_an_empty_answer() {
    let script = "echo 'Status: 202' >&3; echo '{\"type\":\"end\"}' >&3; exec sleep 60";
    let server = Server::start(&["--", "sh", "-c", script]);
    let answer = server.get("/");
    assert_eq!((answer.status, answer.body.len(), answer.end), (202, 0, End::Complete));
}

#[test]
fn contract_29_what_fails_right_behind_end_is_no_part_of_the_answer() {
    let end = "printf '{\"type\":\"end\"}\\n' >&3";
    let error = "printf '{\"type\":\"error\",\"payload\":{\"error\":\"late\"}}\\n' >&3";
    let scripts = [
        (format!("echo body; {end}; exit 3"), "body\n"),
        (format!("echo body; {end}; {error}; exit 3"), "body\n"),
        (format!("{end}; exit 3"), ""),
    ];
    for (script, body) in scripts {
        let server = Server::start(&["--", "sh", "-c", &script]);
        // Whether the end or the exit is seen first is a matter of microseconds.
        for _ in 0..20 {
            let answer = server.get("/");
            assert_eq!(
                (answer.status, answer.text().as_str(), answer.end),
                (200, body, End::Complete),
                "{script}"
            );
        }
    }
}

#[test]
fn engine_b4_what_was_written_before_end_arrives_whole() {
    // More than the pipe holds and more than one read takes, so that some of it is in the pipe at `end`.
    let script = "head -c 300000 /dev/zero; echo '{\"type\":\"end\"}' >&3; exec sleep 60";
    let server = Server::start(&["--kill-grace", "50ms", "--", "sh", "-c", script]);
    for _ in 0..20 {
        let answer = server.get("/");
        assert_eq!((answer.body.len(), answer.end), (300_000, End::Complete));
    }
}

#[test]
fn engine_b4_without_end_the_exit_decides() {
    let scripts = Scripts {
        javascript: "const fs = require('fs');
module.exports = ({ res }) => {
  res.write('body\\n');
  fs.readSync(fs.openSync(process.env.GATE), Buffer.alloc(8));
  process.exit(3);
};",
        python: "import os, sys
print('body')
os.read(os.open(os.environ['GATE'], os.O_RDONLY), 8)
sys.exit(3)
",
        bash: "echo body; read -r _ < \"$GATE\"; exit 3",
        program: "echo body; exec >&-; read -r _ < \"$GATE\"; exit 3",
    };
    scripts.each_at_a_gate(&[], |language, server, gate| {
        let mut connection = begin(server, "/");
        connection.head();
        assert_eq!(connection.body_until("\n"), b"body\n", "{language}");
        assert!(connection.quiet_for(Duration::from_millis(50)), "{language}: the end waits for the exit");
        gate.open();
        assert_eq!(connection.rest(), (Vec::new(), End::Closed), "{language}");
    });
}

/// Longer than the server waits for what may have survived a process.
const LONGER: Duration = Duration::from_millis(400);

/// Reads only so fast that the service ends long before its last byte is read, and then not at all for a while.
fn assert_all_arrives(server: &Server, lines: usize, what: &str) {
    let mut connection = begin(server, "/");
    // Little may be on its way, but more than loopback's segments are long, or the sender waits for its timers.
    set_socket_recv_buffer_size(connection.stream(), 256 << 10).expect("an open socket");
    assert_eq!(connection.head().status, 200, "{what}");
    let mut body = Vec::new();
    while !server.services().is_empty() {
        body.extend(connection.piece().unwrap_or_default());
    }
    holds_for(LONGER, || true);
    let (rest, end) = connection.rest();
    body.extend(rest);
    assert_eq!((body.len(), end), (8 * lines, End::Complete), "{what}");
    let right = body.chunks(8).enumerate().all(|(at, line)| line == format!("{at:07}\n").as_bytes());
    assert!(right, "{what}: bytes are lost or out of order");
}

#[test]
fn engine_b4_three_megabytes_reach_a_slow_reader() {
    let folder = Folder::new();
    let javascript = "module.exports = ({ res }) => {
  let text = '';
  for (let i = 0; i < 375000; i++) text += String(i).padStart(7, '0') + '\\n';
  res.end(Buffer.from(text));
};";
    let python = "print(*('%07d' % i for i in range(375000)), sep='\\n')\n";
    let services = [
        ("node", folder.script("s.js", javascript)),
        ("python3", folder.script("s.py", python)),
        ("bash", folder.script("s.sh", "printf '%07d\\n' {0..374999}")),
        ("seq", folder.program("s", "#!/bin/sh\nexec seq -f %07.0f 0 374999\n")),
    ];
    for (language, service) in services {
        if interpreter(language) {
            assert_all_arrives(&Server::start(&[service]), 375_000, language);
        }
    }
}

#[test]
fn engine_b4_more_than_every_buffer_holds_reaches_a_slow_reader() {
    let server = Server::start(&["--", "seq", "-f", "%07.0f", "0", "1499999"]);
    assert_all_arrives(&server, 1_500_000, "12 MB");
}

/// F_SETPIPE_SZ: all of it is in the pipe at the exit, and takes many reads.
const LARGE_PIPE: &str = "import fcntl, os
fcntl.fcntl(1, 1031, 1 << 20)
os.write(1, b''.join(b'%07d\\n' % i for i in range(131072)))
";

#[test]
fn engine_b4_time_in_which_the_client_takes_nothing_does_not_count() {
    if !interpreter("python3") {
        return;
    }
    let server = Server::start(&["python3", "-c", LARGE_PIPE]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let body = runtime.block_on(async {
        let mut body = super::get_over_http_2(&server).await.into_body();
        let mut bytes = Vec::new();
        // The window is a part of the answer, and what it lets through is given back with rests.
        while let Some(piece) = body.data().await {
            let piece = piece.unwrap();
            eventually("the process is gone", || server.services().is_empty().then_some(()));
            if bytes.len() < 3 * piece.len() {
                tokio::time::sleep(LONGER).await;
            }
            body.flow_control().release_capacity(piece.len()).unwrap();
            bytes.extend(piece);
        }
        bytes
    });
    assert_eq!(body.len(), 1 << 20);
    assert!(body.chunks(8).enumerate().all(|(at, line)| line == format!("{at:07}\n").as_bytes()));
}
