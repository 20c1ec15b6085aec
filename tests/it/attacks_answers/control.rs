//! Control messages that come in pieces, in floods, too late, or are none.

use super::{ignored, said, speaker};
use crate::harness::{End, Folder, Server, interpreter};

/// Writes one stretch of messages in two pieces, and the second only when the server has read the first.
const PIECES: &str = r#"
import fcntl, os, struct, termios

messages = b'{"type":"status","payload":{"value":418}}\nX-A: \xc3\xa9\n'
at = int(hook.params.get('at', len(messages)))
os.write(3, messages[:at])
while struct.unpack('i', fcntl.ioctl(3, termios.FIONREAD, bytes(4)))[0]:
    os.sched_yield()
os.write(3, messages[at:])
print(len(messages))
"#;

#[test]
fn attack_33_split_at_every_byte() {
    if !interpreter("python3") {
        return;
    }
    let folder = Folder::new();
    let server = Server::start(&[folder.script("pieces.py", PIECES)]);
    let mut connection = server.connect();
    let mut get = |path: String| {
        connection.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        connection.response()
    };
    let length: usize = get("/".to_owned()).text().trim().parse().expect("a number");
    for at in 0..=length {
        let answer = get(format!("/?at={at}"));
        assert_eq!((answer.status, answer.complete), (418, true), "split at {at}");
        assert_eq!(answer.header("x-a"), Some("é"), "split at {at}");
    }
}

#[test]
fn attack_33_many_in_one_write_and_none_is_lost() {
    let server = speaker();
    let messages: String = (0..1000)
        .map(|at| format!("{{\"type\":\"log\",\"payload\":{{\"text\":\"message {at}\"}}}}\n"))
        .collect();
    let answer = said(&server, messages + "Status: 404\n");
    assert_eq!((answer.status, answer.text().as_str()), (404, "body\n"));
    server.wait_for_log(|line| line.ends_with("| message 999"));
    let heard: Vec<_> =
        server.log().iter().filter_map(|line| Some(line.rsplit_once("| message ")?.1.to_owned())).collect();
    let expected: Vec<_> = (0..1000).map(|at| at.to_string()).collect();
    assert_eq!(heard, expected, "each once, in order");
}

#[test]
fn attack_33_ten_megabytes_without_an_end() {
    let server = speaker();
    server.unharmed(|| {
        let before = server.peak_memory();
        let line = "x".repeat(10 << 20);
        let ended = said(&server, format!("X-A: {line}\nStatus: 404\n"));
        assert_eq!((ended.status, ended.text().as_str()), (404, "body\n"), "the next line counts");
        assert_eq!(ignored(&server, &ended).len(), 1);
        let endless = said(&server, format!("Status: 404\n{line}"));
        assert_eq!((endless.status, endless.text().as_str()), (404, "body\n"));
        let lines = ignored(&server, &endless);
        assert!(matches!(&lines[..], [line] if line.contains("1 MiB") && line.len() < 2000), "{lines:#?}");
        let grown = server.peak_memory() - before;
        assert!(grown < 16 << 20, "{grown} bytes more than before");
    });
}

#[test]
fn attack_33_what_is_no_message_is_ignored_and_logged() {
    let server = speaker();
    let lines: &[&[u8]] = &[
        b"hello",
        b"{",
        b"{}",
        b"[1]",
        b"{\"type\":\"dance\"}",
        b"{\"type\":5}",
        b"{\"type\":\"end\"} x",
        b"{\"type\":\"status\"}",
        b"{\"type\":\"setHeader\",\"payload\":{\"name\":\"a\"}}",
        b"X-A: \xff",
        b"\0\0\0",
        b"\x1b[31mred: x",
        b": x",
    ];
    server.unharmed(|| {
        for line in lines {
            let shown = String::from_utf8_lossy(line);
            let answer = said(&server, [b"Status: 404\n", *line, b"\nX-B: c\n"].concat());
            assert_eq!(
                (answer.status, answer.header("x-b"), answer.complete),
                (404, Some("c"), true),
                "{shown}"
            );
            assert_eq!(answer.text(), "body\n", "{shown}");
            let logged = ignored(&server, &answer);
            assert_eq!(logged.len(), 1, "{shown}: {logged:#?}");
            assert!(!logged[0].contains(|letter: char| letter.is_control()), "{logged:#?}");
        }
    });
}

#[test]
fn attack_33_messages_after_the_body_began_change_nothing() {
    let folder = Folder::new();
    let gate = folder.fifo("gate");
    let script = "echo one; read -r _ < \"$GATE\"
echo 'Status: 404' >&3
echo 'X-Late: 1' >&3
echo '{\"type\":\"writeHead\",\"payload\":{\"code\":500,\"headers\":{\"X-Late\":\"1\"}}}' >&3
echo two";
    let server = Server::builder().arguments(&["--", "sh", "-c", script]).env("GATE", &gate).start();
    let mut connection = server.connect();
    connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    let head = connection.head();
    assert_eq!((head.status, head.header("x-late")), (200, None));
    assert_eq!(connection.body_until("\n"), b"one\n");
    std::fs::write(&gate, "go\n").expect("the service waits there");
    assert_eq!(connection.rest(), (b"two\n".to_vec(), End::Complete));
    server.wait_for_log(|line| line.contains(" GET / 200 "));
    let late = server.log().iter().filter(|line| line.contains("ignored: the head was sent already")).count();
    assert_eq!(late, 3, "{:#?}", server.log());
}

#[test]
fn attack_33_a_descriptor_that_is_closed_at_once() {
    let scripts = ["exec 3>&-; echo body", "exec 3>&-; sleep 0.05; echo body", "exec 3>&-; exec cat"];
    for script in scripts {
        let server = Server::start(&["--", "sh", "-c", script]);
        server.unharmed(|| {
            let answer = server.post("/", "text/plain", "body\n");
            let seen = (answer.status, answer.text(), answer.complete);
            assert_eq!(seen, (200, "body\n".to_owned(), true), "{script}");
        });
    }
}

#[test]
fn attack_33_a_descriptor_that_something_holds_open() {
    // It has left the group and holds nothing but the control descriptor, until the test lets go.
    let folder = Folder::new();
    let gate = folder.fifo("gate");
    let script = "setsid sh -c 'echo >> \"$GATE.up\"; read -r _ < \"$GATE\"' >/dev/null 2>&1 </dev/null &
until [ -e \"$GATE.up\" ]; do sleep 0.005; done
echo 'Status: 404' >&3
[ \"$PATH_INFO\" = /empty ] || echo body";
    let server = Server::builder().arguments(&["--", "sh", "-c", script]).env("GATE", &gate).start();
    for (path, body) in [("/", "body\n"), ("/empty", "")] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.text().as_str(), answer.end), (404, body, End::Complete), "{path}");
    }
    let mut pipe = std::fs::OpenOptions::new().read(true).write(true).open(&gate).expect("our own pipe");
    std::io::Write::write_all(&mut pipe, b"go\ngo\n").expect("a pipe has room");
    crate::harness::eventually("both have ended", || server.services().is_empty().then_some(()));
}

#[test]
fn attack_33_ten_thousand_headers_are_bounded() {
    let server = speaker();
    server.unharmed(|| {
        let many: String = (0..10_000).map(|at| format!("X-{at}: {at}\n")).collect();
        let answer = said(&server, format!("Status: 404\n{many}"));
        assert_eq!((answer.status, answer.text().as_str()), (404, "body\n"));
        assert!(answer.headers.len() < 300, "{}", answer.headers.len());
        assert_eq!(answer.header("x-0"), Some("0"), "the first are kept");
        let long: String = (0..1000).map(|at| format!("X-{at}: {}\n", "x".repeat(1000))).collect();
        let answer = said(&server, format!("Status: 404\n{long}"));
        let bytes: usize = answer.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        assert!(answer.status == 404 && bytes < 70 << 10, "{bytes}");
    });
}
