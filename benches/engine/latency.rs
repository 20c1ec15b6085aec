//! From the write in the service to the read at the client.

use std::env;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, ensure};
use rustix::time::{ClockId, clock_gettime};

use crate::client::Chunks;
use crate::program;
use crate::report::{Row, Unit};
use crate::samples::Samples;
use crate::server::Server;

/// The word that makes this program the service.
pub(crate) const EMIT: &str = "--emit";

const LINES: usize = 5000;
const PACE: Duration = Duration::from_millis(2);

/// The service: every 2 ms a line with the time of its write, each by a write(2) of its own.
pub(crate) fn emit() -> anyhow::Result<()> {
    // The standard library's own handle buffers.
    let mut output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    for _ in 0..LINES {
        thread::sleep(PACE);
        output.write_all(format!("{}\n", nanoseconds()).as_bytes())?;
    }
    Ok(())
}

pub(crate) fn measure() -> anyhow::Result<Vec<Row>> {
    let pipe = show("over a bare pipe", over_pipe()?)?;
    let served = show("served", served()?)?;
    let row = |what: &str, delay| Row::new(what, Unit::Milliseconds, delay);
    Ok(vec![
        row("write to read: over a bare pipe, p99", pipe.p99()),
        row("write to read: served, p50", served.median()),
        row("write to read: served, p99", served.p99()).below(2.0),
        row("write to read: served, the slowest", served.most()),
    ])
}

fn show(name: &str, delays: Vec<f64>) -> anyhow::Result<Samples> {
    ensure!(delays.len() == LINES, "{} lines came of {LINES}", delays.len());
    let delays = Samples::new(delays)?;
    let (p50, p99, slowest) = (delays.median(), delays.p99(), delays.most());
    println!("  {LINES} lines {name}: p50 {p50:.3} ms, p99 {p99:.3} ms, the slowest {slowest:.3} ms");
    Ok(delays)
}

fn served() -> anyhow::Result<Vec<f64>> {
    let server = Server::stack(&[env::current_exe()?.as_os_str(), EMIT.as_ref()])?;
    let mut stream = server.connect()?;
    write!(stream, "GET / HTTP/1.1\r\nHost: {}\r\n\r\n", server.address())?;
    let mut chunks = Chunks::of(stream)?;
    delays(|lines| {
        let piece = chunks.next()?;
        lines.extend_from_slice(piece.unwrap_or_default());
        Ok(piece.is_some())
    })
}

/// What the kernel alone takes to hand a line over, and so how restless the machine is.
fn over_pipe() -> anyhow::Result<Vec<f64>> {
    let mut command = Command::new(env::current_exe()?);
    let mut service = program::start(command.arg(EMIT).stdout(Stdio::piped()), "build it")?;
    let mut output = service.0.stdout.take().context("the output was piped above")?;
    let mut buffer = [0; 4096];
    delays(|lines| {
        let length = output.read(&mut buffer)?;
        lines.extend_from_slice(&buffer[..length]);
        Ok(length > 0)
    })
}

/// The milliseconds from each line's time to the moment at which `read` had brought it.
fn delays(mut read: impl FnMut(&mut Vec<u8>) -> anyhow::Result<bool>) -> anyhow::Result<Vec<f64>> {
    let (mut lines, mut delays) = (Vec::new(), Vec::new());
    while read(&mut lines)? {
        let arrived = nanoseconds();
        let Some(end) = lines.iter().rposition(|&byte| byte == b'\n') else { continue };
        for line in str::from_utf8(&lines[..end])?.lines() {
            let written: i64 = line.parse().with_context(|| format!("the service wrote {line:?}"))?;
            delays.push(
                Duration::from_nanos(arrived.saturating_sub(written).unsigned_abs()).as_secs_f64() * 1e3,
            );
        }
        lines.drain(..=end);
    }
    Ok(delays)
}

/// Both processes read the same clock: it counts from the machine's start.
fn nanoseconds() -> i64 {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}
