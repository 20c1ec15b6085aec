//! 1 GiB through `cat`, there and back at once, served and by the reference.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::client::Chunks;
use crate::reference;
use crate::report::{Row, Unit};
use crate::samples::Rounds;
use crate::server::Server;

/// What is sent, and what must come back.
pub(crate) const TOTAL: usize = 1 << 30;
const ROUNDS: usize = 5;

/// How much is written or read at once.
const PIECE: usize = 256 * 1024;

/// A prime, so that no buffer size divides it: bytes that were swapped, lost or doubled show.
const PERIOD: usize = 1_048_573;

/// The bytes that are sent: random ones, over and over.
#[derive(Debug)]
struct Pattern(Vec<u8>);

/// How far the bytes that came back are the ones that were sent.
#[derive(Debug)]
struct Check<'a> {
    pattern: &'a Pattern,
    seen: usize,
}

pub(crate) fn measure() -> anyhow::Result<Vec<Row>> {
    let pattern = Pattern::new();
    let (server, reference) = (Server::stack(&["cat"])?, reference::start()?);
    let mut rounds = Rounds::default();
    for _ in 0..ROUNDS {
        let copied = rate(through_reference(&reference, &pattern)?);
        let served = rate(through_stack(&server, &pattern)?);
        let ratio = rounds.add(copied, served);
        println!("  tokio copy {copied:.0} MB/s, served {served:.0} MB/s, ratio {ratio:.3}");
    }
    let memory = |of: &Server| of.memory("VmHWM");
    Ok(vec![
        Row::new("1 GiB through cat: tokio's copy", Unit::MegabytesPerSecond, rounds.reference()?.median()),
        Row::new("1 GiB through cat: served", Unit::MegabytesPerSecond, rounds.served()?.median()),
        rounds.row("1 GiB through cat")?.at_least(1.0),
        Row::new("1 GiB through cat: peak memory of tokio's copy", Unit::Megabytes, memory(&reference)?),
        Row::new("1 GiB through cat: peak memory of the server", Unit::Megabytes, memory(&server)?)
            .below(64.0),
    ])
}

/// MB per second of the whole body, which goes both ways.
fn rate(time: Duration) -> f64 {
    TOTAL as f64 / 1e6 / time.as_secs_f64()
}

fn through_stack(server: &Server, pattern: &Pattern) -> anyhow::Result<Duration> {
    let mut stream = server.connect()?;
    let begin = Instant::now();
    write!(stream, "POST / HTTP/1.1\r\nHost: {}\r\nContent-Length: {TOTAL}\r\n\r\n", server.address())?;
    exchange(stream, pattern, |stream, check| {
        let mut chunks = Chunks::of(stream)?;
        while let Some(piece) = chunks.next()? {
            check.take(piece)?;
        }
        Ok(())
    })?;
    Ok(begin.elapsed())
}

fn through_reference(server: &Server, pattern: &Pattern) -> anyhow::Result<Duration> {
    let stream = server.connect()?;
    let begin = Instant::now();
    exchange(stream, pattern, |mut stream, check| {
        let mut buffer = vec![0; PIECE];
        loop {
            match stream.read(&mut buffer)? {
                0 => return Ok(()),
                length => check.take(&buffer[..length])?,
            }
        }
    })?;
    Ok(begin.elapsed())
}

/// Sends all bytes from a thread of its own while `receive` takes what comes back.
fn exchange(
    stream: TcpStream,
    pattern: &Pattern,
    receive: impl FnOnce(TcpStream, &mut Check<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let sending = stream.try_clone()?;
    let mut check = Check { pattern, seen: 0 };
    thread::scope(|scope| {
        let sender = scope.spawn(|| pattern.send(sending));
        receive(stream, &mut check)?;
        sender.join().expect("the sender does not panic")
    })?;
    ensure!(check.seen == TOTAL, "{} bytes came back of {TOTAL}", check.seen);
    Ok(())
}

impl Pattern {
    fn new() -> Self {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let bytes = (0..PERIOD).map(|_| {
            // Xorshift64, by Marsaglia.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[0]
        });
        Self(bytes.collect())
    }

    /// The bytes that stand at `offset`, `length` of them or fewer.
    fn at(&self, offset: usize, length: usize) -> &[u8] {
        let start = offset % PERIOD;
        &self.0[start..PERIOD.min(start + length)]
    }

    fn send(&self, mut stream: TcpStream) -> anyhow::Result<()> {
        let mut sent = 0;
        while sent < TOTAL {
            let piece = self.at(sent, PIECE.min(TOTAL - sent));
            stream.write_all(piece)?;
            sent += piece.len();
        }
        Ok(())
    }
}

impl Check<'_> {
    fn take(&mut self, mut piece: &[u8]) -> anyhow::Result<()> {
        while !piece.is_empty() {
            let sent = self.pattern.at(self.seen, piece.len());
            let (now, later) = piece.split_at(sent.len());
            ensure!(now == sent, "other bytes than were sent, after the first {}", self.seen);
            self.seen += sent.len();
            piece = later;
        }
        Ok(())
    }
}
