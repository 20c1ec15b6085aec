//! The same greeting by a request over the loopback interface to `stack`.

use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

use anyhow::ensure;

use crate::bare::{PAUSE, plain_environment};
use crate::languages::Language;
use crate::server::{STACK, Server};

/// What stands between the head of an answer and its body.
const HEAD_END: &[u8] = b"\r\n\r\n";

/// What the head of an answer says that a spare has made.
const SPARE: &str = ", spare\r\n";

/// A running server, which starts processes ahead of requests or not.
#[derive(Debug)]
pub(crate) struct Service {
    server: Server,
}

impl Service {
    /// Serves the example, and sees that it answers; what has to be built is built by that.
    pub(crate) fn start(language: &Language, example: &Path, warm: &str) -> anyhow::Result<Self> {
        let mut command = Command::new(STACK);
        plain_environment(&mut command);
        command.args(["-p", "0", "--quiet", "--warm", warm, "--timeout", "60s", "--language", language.name]);
        command.arg(example);
        let service = Self { server: Server::start(command)? };
        service.first_byte()?;
        Ok(service)
    }

    /// The milliseconds from sending a request to the first byte of the body, and whether a spare has answered.
    pub(crate) fn first_byte(&self) -> anyhow::Result<(f64, bool)> {
        let mut stream = self.server.connect()?;
        // The server has accepted the connection when this is over.
        thread::sleep(PAUSE);
        let request =
            format!("GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.server.address());
        let (mut answer, mut piece) = (Vec::new(), [0; 4096]);
        let begin = Instant::now();
        stream.write_all(request.as_bytes())?;
        while body(&answer).is_empty() {
            let length = stream.read(&mut piece)?;
            ensure!(length > 0, "the answer ended with {:?}", String::from_utf8_lossy(&answer));
            answer.extend_from_slice(&piece[..length]);
        }
        let time = begin.elapsed();
        stream.read_to_end(&mut answer)?;
        let text = String::from_utf8_lossy(&answer);
        let is_right = text.starts_with("HTTP/1.1 200 ") && text.contains("hello world");
        ensure!(is_right, "the service answered {text:?}");
        Ok((time.as_secs_f64() * 1e3, text.contains(SPARE)))
    }
}

/// What of the body is there.
fn body(answer: &[u8]) -> &[u8] {
    let end = answer.windows(HEAD_END.len()).position(|window| window == HEAD_END);
    end.map_or(&[], |end| &answer[end + HEAD_END.len()..])
}
