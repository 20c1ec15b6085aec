//! 1 GiB through `cat`, there and back at once, served and by the reference.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::client::Chunks;
use crate::reference;
use crate::report::{Goal, Quantity, Row};
use crate::samples::Samples;
use crate::server::Server;

const TOTAL: usize = 1 << 30;
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
    let served = Server::stack(&["cat"])?;
    let copied = reference::start()?;
    let (mut served_times, mut copied_times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (served, copied) = (through_stack(&served, &pattern)?, through_reference(&copied, &pattern)?);
        println!(
            "  served {:5.0} MB/s, tokio copy {:5.0} MB/s, ratio {:.3}",
            rate(served),
            rate(copied),
            rate(served) / rate(copied)
        );
        served_times.push(rate(served));
        copied_times.push(rate(copied));
    }
    let ratios = served_times.iter().zip(&copied_times).map(|(served, copied)| served / copied);
    let ratio = Samples::new(ratios.collect())?;
    let what =
        format!("1 GiB through cat, served against tokio copy ({} in {ROUNDS} rounds)", ratio.spread());
    Ok(vec![
        Row::new(
            "1 GiB through cat by tokio::io::copy",
            Quantity(Samples::new(copied_times)?.median(), 0, "MB/s"),
            Goal::Nowhere,
        ),
        Row::new(
            "1 GiB through `stack cat`",
            Quantity(Samples::new(served_times)?.median(), 0, "MB/s"),
            Goal::Nowhere,
        ),
        Row::new(what, Quantity(ratio.median(), 2, ""), Goal::AtLeast(1.0)),
        Row::new(
            "peak resident memory of the server",
            Quantity(served.memory("VmHWM")?, 1, "MB"),
            Goal::Below(64.0),
        ),
        Row::new(
            "peak resident memory of the tokio copy",
            Quantity(copied.memory("VmHWM")?, 1, "MB"),
            Goal::Nowhere,
        ),
    ])
}

/// MB per second of the whole body, which goes both ways.
fn rate(time: Duration) -> f64 {
    f64::from(1u32 << 30) / 1e6 / time.as_secs_f64()
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
        Ok(stream.shutdown(Shutdown::Write)?)
    }
}

impl Check<'_> {
    fn take(&mut self, mut piece: &[u8]) -> anyhow::Result<()> {
        while !piece.is_empty() {
            let sent = self.pattern.at(self.seen, piece.len());
            let (now, later) = piece.split_at(sent.len());
            ensure!(
                now == sent,
                "other bytes than were sent, between {} and {}",
                self.seen,
                self.seen + sent.len()
            );
            self.seen += sent.len();
            piece = later;
        }
        Ok(())
    }
}
