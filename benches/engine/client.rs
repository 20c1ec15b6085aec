//! As much of an HTTP client as the measures need: one request, and an answer in chunks.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::ops::Range;

use anyhow::{Context, ensure};

use crate::server::Server;

/// Room for what one read brings.
const BUFFER: usize = 256 * 1024;

/// The chunked body of an answer, as it comes.
#[derive(Debug)]
pub(crate) struct Chunks {
    stream: TcpStream,
    buffer: Vec<u8>,
    unread: Range<usize>,
    /// What the current chunk still lacks.
    left: usize,
}

/// Asks for `/`; gives the whole answer as text.
pub(crate) fn get(server: &Server) -> anyhow::Result<String> {
    let mut stream = server.connect()?;
    write!(stream, "GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200 "), "the service answered {answer:?}");
    Ok(answer)
}

impl Chunks {
    /// Reads the head of an answer, which must be a 200.
    pub(crate) fn of(stream: TcpStream) -> anyhow::Result<Self> {
        let mut chunks = Self { stream, buffer: vec![0; BUFFER], unread: 0..0, left: 0 };
        let status = chunks.line()?;
        ensure!(status.starts_with("HTTP/1.1 200 "), "the service answered {status:?}");
        let mut chunked = false;
        loop {
            let line = chunks.line()?;
            if line.is_empty() {
                break;
            }
            chunked |= line.eq_ignore_ascii_case("transfer-encoding: chunked");
        }
        ensure!(chunked, "the answer does not come in chunks");
        Ok(chunks)
    }

    /// The next bytes of the body, as many as are here or else as one read brings; `None` at its end.
    pub(crate) fn next(&mut self) -> anyhow::Result<Option<&[u8]>> {
        if self.left == 0 {
            self.left = self.size()?;
            if self.left == 0 {
                ensure!(self.line()?.is_empty(), "the answer has trailers");
                return Ok(None);
            }
        }
        if self.unread.is_empty() {
            self.fill()?;
        }
        let length = self.left.min(self.unread.len());
        let piece = self.unread.start..self.unread.start + length;
        self.unread.start = piece.end;
        self.left -= length;
        Ok(Some(&self.buffer[piece]))
    }

    fn size(&mut self) -> anyhow::Result<usize> {
        let mut line = self.line()?;
        // Only behind the head does a size stand without the line end of a chunk before it.
        if line.is_empty() {
            line = self.line()?;
        }
        usize::from_str_radix(&line, 16).with_context(|| format!("{line:?} is no size of a chunk"))
    }

    fn line(&mut self) -> anyhow::Result<String> {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            if self.unread.is_empty() {
                self.fill()?;
            }
            line.push(self.buffer[self.unread.start]);
            self.unread.start += 1;
        }
        line.truncate(line.len() - 2);
        Ok(String::from_utf8(line)?)
    }

    fn fill(&mut self) -> anyhow::Result<()> {
        let length = self.stream.read(&mut self.buffer)?;
        ensure!(length > 0, "the answer was broken off");
        self.unread = 0..length;
        Ok(())
    }
}
