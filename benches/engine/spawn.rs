//! A process for every request against a process for every turn of a bare loop.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::report::{Row, Unit};
use crate::samples::Rounds;
use crate::server::Server;
use crate::{client, program};

const ROUNDS: usize = 21;
const SECONDS: &str = "1";
const LIMIT: Duration = Duration::from_secs(30);

/// What compiles the service without the C library's start.
const WITHOUT_START: [&str; 3] = ["-static", "-nostartfiles", "-DWITHOUT_START"];

pub(crate) fn measure() -> anyhow::Result<Vec<Row>> {
    let bare = program::compile("spawn_loop.c", "spawn_loop", &["-pthread"])?;
    let hello = program::hello()?;
    let tiny = program::compile("hello.c", "hello_without_start", &WITHOUT_START)?;
    let [starts, requests, ratio] = table("static program", &rounds(&bare, &hello)?)?;
    let mut rows = vec![starts, requests, ratio.at_least(0.85)];
    rows.extend(table("without the C library's start", &rounds(&bare, &tiny)?)?);
    Ok(rows)
}

/// Both ways to start `service`, in turns.
fn rounds(bare: &Path, service: &Path) -> anyhow::Result<Rounds> {
    let server = Server::stack(&[service])?;
    ensure!(client::get(&server)?.contains("hello\n"), "the service does not say hello");
    let mut rounds = Rounds::default();
    for _ in 0..ROUNDS {
        let (bare, served) = (starts(bare, service)?, requests(&server, "/", SECONDS)?);
        let ratio = rounds.add(bare, served);
        println!("  bare loop {bare:.0}/s, served {served:.0}/s, ratio {ratio:.3}");
    }
    println!("  resident memory of the server after that: {:.1} MB", server.memory("VmRSS")?);
    Ok(rounds)
}

fn table(program: &str, rounds: &Rounds) -> anyhow::Result<[Row; 3]> {
    let (bare, served) = (rounds.reference()?.median(), rounds.served()?.median());
    Ok([
        Row::new(format!("{program}: starts of a bare posix_spawn loop"), Unit::PerSecond, bare),
        Row::new(format!("{program}: requests at 8 connections"), Unit::PerSecond, served),
        rounds.row(program)?,
    ])
}

/// Starts per second of the bare loop.
fn starts(bare: &Path, hello: &Path) -> anyhow::Result<f64> {
    let printed = program::output(Command::new(bare).arg(hello).arg(SECONDS), LIMIT, "gcc builds it")?;
    Ok(printed.trim().parse()?)
}

/// Requests per second of the server, all of them answered well.
pub(crate) fn requests(server: &Server, path: &str, seconds: &str) -> anyhow::Result<f64> {
    let url = format!("http://{}{path}", server.address());
    let mut load = Command::new("wrk");
    load.args(["-t1", "-c8", "-d", seconds, &url]);
    let printed = program::output(&mut load, LIMIT, "apt-get install wrk")?;
    let faulty = printed.lines().find(|line| line.contains("Non-2xx") || line.contains("Socket errors"));
    ensure!(faulty.is_none(), "wrk saw failures: {}", faulty.unwrap_or_default().trim());
    let rate = printed.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
    Ok(rate.context("wrk printed no rate")?.trim().parse()?)
}
