//! 1 GiB through `cat`: sent while the answer is read, and every byte of that compared.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use crate::client::Chunks;
use crate::contest::ROUNDS;
use crate::scripts;
use crate::servers::{Server, Target};
use crate::usage;

const TOTAL: usize = 1 << 30;
const PIECE: usize = 256 * 1024;

/// A prime, so that no buffer's size divides it: what was lost, doubled or swapped shows.
const PERIOD: usize = 1_048_573;

/// A server that moves nothing for so long is stuck.
const STALL: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(1);
/// How often the memory is looked at. The kernel keeps the peak; only processes that end must be met in time.
const LOOK: Duration = Duration::from_millis(250);

/// The service, under its own name for the memory's sake.
const CAT: &str = "exec cat\n";

#[derive(Debug)]
pub(crate) struct Copied {
    pub(crate) server: &'static Server,
    pub(crate) seen: anyhow::Result<Seen>,
}

#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// MB a second, round by round; the body counts once although it goes both ways.
    pub(crate) rates: Vec<f64>,
    /// MB of all processes of the server.
    pub(crate) peak: f64,
}

pub(crate) fn measure(www: &Path, servers: &[&'static Server]) -> anyhow::Result<Vec<Copied>> {
    let script = scripts::shell(www, "cat", CAT)?;
    let pattern: Vec<u8> = (0..PERIOD).map(|index| ((index * 31) >> 3).to_le_bytes()[0]).collect();
    let start =
        |&server: &&'static Server| (server, server.start(www, &script).map(|it| (it, Seen::default())));
    let mut runs: Vec<_> = servers.iter().map(start).collect();
    for round in 0..ROUNDS {
        for turn in 0..runs.len() {
            let count = runs.len();
            let (server, run) = &mut runs[(turn + round) % count];
            let Ok((target, seen)) = run else { continue };
            match through(target, &pattern) {
                Ok((rate, peak)) => {
                    println!("  {}: {rate:.0} MB/s", server.name);
                    seen.rates.push(rate);
                    seen.peak = seen.peak.max(peak);
                }
                Err(error) => *run = Err(error),
            }
        }
    }
    Ok(runs.into_iter().map(|(server, run)| Copied { server, seen: run.map(|(_, seen)| seen) }).collect())
}

/// MB a second, and the peak of memory.
fn through(target: &Target, pattern: &[u8]) -> anyhow::Result<(f64, f64)> {
    let mut stream = TcpStream::connect(target.group.address())?;
    stream.set_read_timeout(Some(STALL))?;
    stream.set_write_timeout(Some(STALL))?;
    stream.set_nodelay(true)?;
    let begin = Instant::now();
    let (path, address) = (&target.path, target.group.address());
    write!(stream, "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {TOTAL}\r\n\r\n")?;
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let sender = scope.spawn(|| send(&stream, pattern));
        let memory = scope.spawn(|| peak(target, &done));
        let received = receive(&stream, pattern);
        let elapsed = begin.elapsed();
        done.store(true, Ordering::Relaxed);
        memory.thread().unpark();
        let peak = memory.join().expect("reading proc(5) does not panic");
        if received.is_err() {
            // Wakes the sender, which may wait for room.
            let _ = stream.shutdown(Shutdown::Both);
        }
        let sent = sender.join().expect("the sender does not panic");
        received.context("the body does not come back")?;
        sent?;
        Ok((TOTAL as f64 / 1e6 / elapsed.as_secs_f64(), peak))
    })
}

fn peak(target: &Target, done: &AtomicBool) -> f64 {
    let mut most: f64 = 0.0;
    loop {
        most = most.max(usage::peak(target, "cat"));
        if done.load(Ordering::Relaxed) {
            return most;
        }
        thread::park_timeout(LOOK);
    }
}

fn send(mut stream: &TcpStream, pattern: &[u8]) -> anyhow::Result<()> {
    let mut sent = 0;
    while sent < TOTAL {
        let piece = at(pattern, sent, PIECE.min(TOTAL - sent));
        stream.write_all(piece).context("the server takes no more")?;
        sent += piece.len();
    }
    Ok(())
}

/// Reads the answer in chunks, or until the connection ends, whichever the server chose.
fn receive(mut stream: &TcpStream, pattern: &[u8]) -> anyhow::Result<()> {
    let head = head(stream)?;
    let mut seen = 0;
    if head.to_ascii_lowercase().contains("\r\ntransfer-encoding: chunked\r\n") {
        let mut chunks = Chunks::of(stream.try_clone()?)?;
        while let Some(piece) = chunks.next().map_err(|error| moved(error, seen))? {
            check(pattern, &mut seen, piece)?;
        }
    } else {
        let mut buffer = vec![0; PIECE];
        stream.read_exact(&mut buffer[..head.len()])?;
        while seen < TOTAL {
            let length = stream.read(&mut buffer).map_err(|error| moved(error.into(), seen))?;
            ensure!(length > 0, "it ended after {seen} bytes");
            check(pattern, &mut seen, &buffer[..length])?;
        }
    }
    ensure!(seen == TOTAL, "{seen} bytes came back of {TOTAL}");
    Ok(())
}

fn moved(error: anyhow::Error, seen: usize) -> anyhow::Error {
    error.context(format!("it stopped after {seen} bytes"))
}

/// The head of the answer, which stays to be read.
fn head(stream: &TcpStream) -> anyhow::Result<String> {
    let mut buffer = vec![0; 16 * 1024];
    let begun = Instant::now();
    loop {
        let length = stream.peek(&mut buffer).with_context(|| format!("nothing came for {STALL:?}"))?;
        let text = String::from_utf8_lossy(&buffer[..length]);
        if let Some(end) = text.find("\r\n\r\n") {
            let head = &text[..end + 4];
            ensure!(head.split(' ').nth(1) == Some("200"), "the answer was {:?}", head.lines().next());
            return Ok(head.to_owned());
        }
        if length == 0 || begun.elapsed() > STALL {
            bail!("there is no answer");
        }
        thread::sleep(PAUSE);
    }
}

/// The bytes that stand at `offset`, `length` of them or fewer.
fn at(pattern: &[u8], offset: usize, length: usize) -> &[u8] {
    let start = offset % PERIOD;
    &pattern[start..PERIOD.min(start + length)]
}

fn check(pattern: &[u8], seen: &mut usize, mut piece: &[u8]) -> anyhow::Result<()> {
    while !piece.is_empty() {
        let expected = at(pattern, *seen, piece.len());
        let (now, later) = piece.split_at(expected.len());
        ensure!(now == expected, "other bytes than were sent, after the first {seen}");
        *seen += now.len();
        piece = later;
    }
    Ok(())
}
