//! What a request cost: its line in the log, `Server-Timing`, and the hint for programs that buffer.

use std::thread;

use super::{begin, id};
use crate::harness::{Folder, Response, Server, eventually, interpreter};

/// The words of the log line of a request, without its time; there must be exactly one.
fn receipt(server: &Server, answer: &Response) -> Vec<String> {
    let id = id(answer);
    let is_receipt = |line: &str| line.ends_with(&id) && line.contains(" B ");
    let line = server.wait_for_log(is_receipt);
    assert_eq!(server.log().iter().filter(|line| is_receipt(line)).count(), 1, "one line a request");
    let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
    assert!(words[0].ends_with('Z') && words[0].contains('T'), "a time: {line}");
    words[1..].to_vec()
}

/// A duration as the log writes it.
fn millis(text: &str) -> f64 {
    let units = [("ms", 1.0), ("µs", 1e-3), ("ns", 1e-6), ("s", 1e3)];
    let unit =
        units.iter().find_map(|(unit, scale)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * scale));
    unit.unwrap_or_else(|| panic!("no duration: {text}"))
}

#[test]
fn row_64_one_line_has_what_came_and_what_it_cost() {
    let server = Server::start(&["--", "sh", "-c", "sleep 0.2; printf hello"]);
    let answer = server.post("/some/path?a=b", "text/plain", "x");
    let words = receipt(&server, &answer);
    let (id, cost) = (id(&answer), &words[5..]);
    assert_eq!(words[..5], ["POST", "/some/path", "200", "5", "B"]);
    assert!((200.0..20_000.0).contains(&millis(&cost[0])), "{words:?}");
    assert_eq!(cost[1], "cpu");
    assert!(millis(&cost[2]) < 200.0, "sleeping costs nothing: {words:?}");
    assert!(cost[3].starts_with("mem"), "{words:?}");
    assert_eq!(cost[4..], ["exit", "0", &id]);
}

#[test]
fn row_64_the_bytes_are_those_of_the_body() {
    let server = Server::start(&[
        "--",
        "sh",
        "-c",
        "case $PATH_INFO in /cut) echo part; exit 1;; esac; head -c 1000000 /dev/zero",
    ]);
    assert_eq!(receipt(&server, &server.get("/"))[3], "1000000");
    let cut = receipt(&server, &server.get("/cut"));
    assert_eq!(cut[2..4], ["200", "5"]);
    assert_eq!(receipt(&server, &server.request("HEAD", "/", &[], b""))[3], "0");
}

#[test]
fn row_64_processor_time_is_that_of_the_process_and_its_children() {
    let server = Server::start(&["--", "sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"]);
    let direct = millis(&receipt(&server, &server.get("/"))[7]);
    let server =
        Server::start(&["--", "sh", "-c", "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'; true"]);
    let inherited = millis(&receipt(&server, &server.get("/"))[7]);
    assert!(direct > 20.0 && inherited > 20.0, "{direct} ms, by a child {inherited} ms");
}

#[test]
fn row_64_memory_is_told_only_where_it_is_true() {
    let small = Server::start(&["true"]);
    let words = receipt(&small, &small.get("/"));
    // A process begins with the peak of the server, so that less than that cannot be told.
    let bound = words[8].strip_prefix("mem<").and_then(|text| text.strip_suffix('M')).map(str::parse::<u64>);
    let peak = small.peak_memory() >> 20;
    assert!(
        matches!(bound, Some(Ok(bound)) if bound <= peak + 2),
        "{words:?}, and the server has {peak} MiB"
    );
    if interpreter("python3") {
        let large =
            Server::start(&["python3", "-c", "b = bytearray(300 << 20); b[::4096] = b'x' * len(b[::4096])"]);
        let words = receipt(&large, &large.get("/"));
        assert_eq!(words[8], "mem");
        let megabytes: u64 = words[9].strip_suffix('M').unwrap().parse().unwrap();
        assert!((300..400).contains(&megabytes), "{words:?}");
    }
}

#[test]
fn row_64_every_end_has_its_reason() {
    let script = "case $PATH_INFO in
/exit) exit 3 ;;
/exit-late) echo part; exit 3 ;;
/signal) kill -KILL $$ ;;
/signal-late) echo part; kill -SEGV $$ ;;
/error) echo '{\"type\":\"error\"}' >&3 ;;
/timeout) exec sleep 60 ;;
/timeout-late) echo part; exec sleep 60 ;;
esac";
    let server = Server::start(&["-t", "300ms", "--", "sh", "-c", script]);
    let reasons = [
        ("/", "200 0", "exit 0"),
        ("/exit", "500", "exit 3"),
        ("/exit-late", "200 5", "BROKEN OFF: exit 3"),
        ("/signal", "500", "signal 9, memory?"),
        ("/signal-late", "200 5", "BROKEN OFF: signal 11"),
        ("/error", "500", "error"),
        ("/timeout", "504", "timeout"),
        ("/timeout-late", "200 5", "BROKEN OFF: timeout"),
    ];
    let mut faults = Vec::new();
    for (path, start, reason) in reasons {
        let answer = server.get(path);
        let line = receipt(&server, &answer).join(" ");
        let right = line.starts_with(&format!("GET {path} {start}")) && line.contains(&format!(" {reason} "));
        if !right {
            faults.push(format!("{path}: {reason} is not in {line}"));
        }
    }
    assert_eq!(faults, [""; 0]);
}

#[test]
fn row_64_a_client_that_left_is_a_reason() {
    let folder = Folder::new();
    let server = Server::builder()
        .arguments(&["--", "sh", "-c", "echo run >> \"$HERE/runs\"; exec sleep 60"])
        .env("HERE", folder.root())
        .start();
    let connection = begin(&server, "/left");
    eventually("it runs", || (folder.lines("runs") == 1).then_some(()));
    drop(connection);
    let line = server.wait_for_log(|line| line.contains(" GET /left ") && line.contains(" B "));
    assert!(line.contains(" client left "), "{line}");
}

#[test]
fn row_64_a_refusal_has_a_line_too_and_no_cost() {
    let folder = Folder::new();
    let server = Server::start(&[folder.script("s.sh", "")]);
    let words = receipt(&server, &server.post("/", "application/json", "{bad"));
    assert_eq!(words[..3], ["POST", "/", "400"]);
    assert!(!words.iter().any(|word| word == "cpu" || word.starts_with("mem")), "{words:?}");
    assert!(words.contains(&"bad-json".to_owned()), "{words:?}");
}

#[test]
fn row_64_quiet_is_without_these_lines() {
    let server = Server::start(&["-q", "--", "sh", "-c", "echo words >&2; printf hello"]);
    let answer = server.get("/path");
    server.wait_for_log(|line| line.contains(&id(&answer)) && line.ends_with("| words"));
    assert_eq!(server.get("/path").text(), "hello");
    assert!(!server.log().iter().any(|line| line.contains("GET /path")), "{:#?}", server.log());
}

/// The parts of `Server-Timing` in milliseconds: queue, spawn, first byte.
fn timing(answer: &Response) -> [f64; 3] {
    let text = answer.header("server-timing").expect("every answer of a service has it");
    let part = |name: &str| {
        let part =
            text.split(", ").find_map(|part| part.strip_prefix(name)?.strip_prefix(";dur=")?.parse().ok());
        part.unwrap_or_else(|| panic!("no {name} in {text}"))
    };
    [part("queue"), part("spawn"), part("first")]
}

#[test]
fn row_64_server_timing_tells_queue_spawn_and_first_byte() {
    let server = Server::start(&["--max-processes", "1", "--", "sh", "-c", "sleep 0.3; echo x"]);
    let (one, two) = thread::scope(|scope| {
        let ask = || scope.spawn(|| timing(&server.get("/")));
        let (one, two) = (ask(), ask());
        (one.join().unwrap(), two.join().unwrap())
    });
    let (first, second) = if one[0] < two[0] { (one, two) } else { (two, one) };
    for [_, spawn, first_byte] in [first, second] {
        // The program may run for a moment before the server does again: that moment counts as its start.
        assert!(spawn + first_byte >= 299.0, "the first byte came after 0.3 s: {spawn}, {first_byte}");
        assert!(spawn > 0.0, "a start takes its time: {spawn}");
    }
    assert!(second[0] >= 200.0, "the second waited for the first: {second:?}");
}

const HINT: &str = "the program buffers its output; try stdbuf -oL";

fn hints(server: &Server) -> usize {
    server.log().iter().filter(|line| line.contains(HINT)).count()
}

/// Writes all it has at its exit, after a while.
const BUFFERS: &str = "#!/bin/sh\nsleep 1.2\nexec echo hi\n";

#[test]
fn row_66_a_program_that_buffers_gets_a_hint_once() {
    let folder = Folder::new();
    let server = Server::start(&["-w".to_owned(), folder.program("late", BUFFERS)]);
    for _ in 0..2 {
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(server.get("/").text(), "hi\n"));
            }
        });
    }
    server.wait_for_log(|line| line.contains(HINT));
    assert_eq!(hints(&server), 1, "{:#?}", server.log());
}

#[test]
fn row_66_nobody_else_gets_it() {
    let folder = Folder::new();
    let streams = folder.program("streams", "#!/bin/sh\necho one\nsleep 1.2\necho two\n");
    let silent = folder.program("silent", "#!/bin/sh\nsleep 1.2\n");
    let quick = folder.program("quick", "#!/bin/sh\necho hi\n");
    let script = folder.script("late.sh", "sleep 1.2; echo hi");
    let late = folder.program("late", BUFFERS);
    let servers = [
        Server::start(&["-w", &streams]),
        Server::start(&["-w", &silent]),
        Server::start(&["-w", &quick]),
        Server::start(&["-w", &script]),
        Server::start(&[&late]),
    ];
    thread::scope(|scope| {
        for server in &servers {
            scope.spawn(|| {
                for _ in 0..2 {
                    let answer = server.get("/");
                    assert_eq!(answer.status, 200);
                    receipt(server, &answer);
                }
            });
        }
    });
    for server in &servers {
        // A hint would stand before the receipt.
        assert_eq!(hints(server), 0, "{}", server.first_line());
    }
}
