//! `stack invoke`: one request of a service without a server, or of a URL.

#![allow(clippy::disallowed_types, reason = "tests start programs by the standard library's Command")]

mod exits;
mod limits;
mod request;
pub(crate) mod secure;
mod streams;
mod urls;

use std::io::Read;
use std::process::{Child, Command, Stdio};

use crate::harness::{Finished, run, run_with};

const STACK: &str = env!("CARGO_BIN_EXE_stack");

/// Invokes with nothing on standard input, until it ends.
fn invoke(words: &[&str]) -> Finished {
    run(&[&["invoke"], words].concat())
}

/// The same with bytes on standard input.
fn invoke_with(words: &[&str], input: &[u8]) -> Finished {
    run_with(&[&["invoke"], words].concat(), input, |_| {})
}

/// The output of one that is in order.
fn output_of(words: &[&str]) -> String {
    let finished = invoke(words);
    assert_eq!((finished.code, finished.stderr.as_str()), (0, ""), "{words:?}");
    finished.stdout
}

/// One whose input and output the test holds.
fn start(words: &[&str]) -> Child {
    let mut command = Command::new(STACK);
    command.arg("invoke").args(words);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the built binary starts")
}

/// What a client sends up to the empty line; nothing more is read.
fn read_head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a client sends a whole head");
        head.extend(byte);
    }
    String::from_utf8(head).expect("a head of these tests is text")
}
