//! What it takes to have the server: time, memory, the size of its file, the crates it is made of.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::report::{Row, Unit};
use crate::samples::Samples;
use crate::server::{STACK, Server};
use crate::{client, program};

const STARTS: usize = 20;

pub(crate) fn measure() -> anyhow::Result<Vec<Row>> {
    let hello = program::hello()?;
    let times = (0..STARTS).map(|_| first_answer(&hello)).collect::<anyhow::Result<_>>()?;
    let times = Samples::new(times)?;
    println!("  {STARTS} starts: {:.2} to {:.2} ms", times.least(), times.most());
    let server = Server::stack(&[&hello])?;
    client::get(&server)?;
    let idle = server.memory("VmRSS")?;
    let size = fs::metadata(STACK)?.len() as f64 / 1e6;
    Ok(vec![
        Row::new("start of the server to its first answer", Unit::Milliseconds, times.median()).below(30.0),
        Row::new("resident memory, idle", Unit::Megabytes, idle).below(10.0),
        Row::new("release binary", Unit::Megabytes, size).below(8.0),
        Row::new("crates in the default build", Unit::Count, crates()? as f64).below(111.0),
    ])
}

/// The milliseconds from starting the server to the first byte of an answer.
fn first_answer(hello: &Path) -> anyhow::Result<f64> {
    let begin = Instant::now();
    let server = Server::stack(&[hello])?;
    let mut stream = server.connect()?;
    stream.write_all(format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", server.address()).as_bytes())?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer[..1])?;
    let time = begin.elapsed();
    stream.read_exact(&mut answer[1..])?;
    ensure!(answer == *b"HTTP/1.1 200", "the service answered {:?}", String::from_utf8_lossy(&answer));
    Ok(time.as_secs_f64() * 1e3)
}

/// How many crates the binary is made of, itself among them.
fn crates() -> anyhow::Result<usize> {
    let mut tree = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    tree.args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--no-dedupe"]);
    tree.current_dir(env!("CARGO_MANIFEST_DIR"));
    let printed = program::output(&mut tree, Duration::from_secs(60), "cargo bench sets CARGO")?;
    // A line is `name version`, perhaps with a remark in parentheses.
    let names = printed.lines().map(|line| line.split(" (").next().unwrap_or(line));
    Ok(names.collect::<BTreeSet<_>>().len())
}
