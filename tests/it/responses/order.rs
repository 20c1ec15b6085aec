//! What a service said on descriptor 3 before its first byte always counts; a flood there holds nothing up.

use std::thread;

use super::begin;
use crate::harness::{End, Server, eventually};

/// So many requests of a program, several at once, each of which must be answered by 418 and this body.
fn assert_always_418(rounds: usize, script: &str, body: &str) {
    const CLIENTS: usize = 4;
    let server = Server::start(&["--", "sh", "-c", script]);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut connection = server.connect();
                for round in 0..rounds / CLIENTS {
                    connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                    let answer = connection.response();
                    let seen = (answer.status, answer.text(), answer.complete);
                    assert_eq!(seen, (418, body.to_owned(), true), "{script}: round {round}");
                }
            });
        }
    });
}

#[test]
fn row_53_a_message_before_the_first_byte_wins_a_thousand_times() {
    assert_always_418(1000, "echo 'Status: 418' >&3; echo body", "body\n");
}

#[test]
fn engine_b3_a_message_of_a_child_before_the_first_byte_wins() {
    assert_always_418(200, "sh -c 'echo Status: 418 >&3'; echo body", "body\n");
}

#[test]
fn engine_b3_a_message_after_some_time_wins() {
    // By now the descriptor is watched, and the message is read by another path.
    assert_always_418(200, "sleep 0.01; echo 'Status: 418' >&3; echo body", "body\n");
}

#[test]
fn engine_b3_a_message_of_many_reads_wins() {
    let script = "line=$(printf '%200s' | tr ' ' x)
for i in 1 2 3 4 5 6 7 8 9 10; do printf \"X-A: $line\\nX-A: $line\\nX-A: $line\\nX-A: $line\\n\"; done >&3
echo 'Status: 418' >&3; echo body";
    assert_always_418(200, script, "body\n");
}

#[test]
fn engine_b3_a_message_before_the_exit_wins() {
    assert_always_418(200, "echo 'Status: 418' >&3", "");
}

#[test]
fn engine_b3_the_end_of_the_output_is_no_first_byte() {
    assert_always_418(40, "exec >&-; sleep 0.02; echo 'Status: 418' >&3", "");
}

#[test]
fn engine_b3_a_flood_of_messages_does_not_hold_the_head_up() {
    let script = "echo 'Status: 418' >&3; yes '{\"type\":\"writeContinue\"}' >&3 & sleep 0.05; echo body; exec sleep 60";
    let server = Server::start(&["--", "sh", "-c", script]);
    let mut connection = begin(&server, "/");
    assert_eq!(connection.head().status, 418);
    assert_eq!(connection.body_until("\n"), b"body\n");
    drop(connection);
    eventually("the flood ends with its request", || server.services().is_empty().then_some(()));
}

#[test]
fn engine_b3_a_flood_of_messages_does_not_hold_the_end_up() {
    let script = "yes '{\"type\":\"writeContinue\"}' >&3 & echo 'Status: 418' >&3; sleep 0.05; echo body";
    let server = Server::start(&["--", "sh", "-c", script]);
    let mut connection = begin(&server, "/");
    assert_eq!(connection.head().status, 418);
    assert_eq!(connection.rest(), (b"body\n".to_vec(), End::Complete));
}
