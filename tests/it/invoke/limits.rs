//! How long a server may take.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::{invoke, read_head};
use crate::harness::DEADLINE;

/// A server that answers with these bytes and then nothing, for as long as the client stays; gives its URL.
fn stuck_after(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_head(&mut stream);
        stream.write_all(answer.as_bytes()).unwrap();
        // The end of the client, since its request is all that it sends.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    url
}

#[test]
fn each_limit_of_time_names_its_flag() {
    let (head, part) = ("", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart");
    for (answer, flag, output) in [
        (head, "--first-byte-timeout", ""),
        (head, "--timeout", ""),
        (part, "--idle-timeout", "part\n"),
        (part, "--timeout", "part\n"),
    ] {
        let start = Instant::now();
        let finished = invoke(&[&stuck_after(answer), flag, "300ms"]);
        assert_eq!((finished.code, finished.stdout.as_str()), (1, output), "{flag}");
        let told = format!("300ms; {flag} sets another limit");
        assert!(finished.stderr.contains(&told), "{flag}: {}", finished.stderr);
        assert!(start.elapsed() >= Duration::from_millis(300) && start.elapsed() < DEADLINE, "{flag}");
    }
}

#[test]
fn an_event_stream_may_be_silent() {
    let events = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\ndata: 1\n\n";
    let start = Instant::now();
    let finished = invoke(&[&stuck_after(events), "--idle-timeout", "100ms", "--timeout", "1s"]);
    assert_eq!((finished.code, finished.stdout.as_str()), (1, "data: 1\n\n"));
    assert!(finished.stderr.contains("--timeout sets"), "{}", finished.stderr);
    assert!(start.elapsed() >= Duration::from_secs(1));
}
