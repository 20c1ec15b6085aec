//! A process for every request against a process for every turn of a bare loop.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::report::{Row, Unit};
use crate::samples::Rounds;
use crate::server::Server;
use crate::{client, program};

const ROUNDS: usize = 7;
const SECONDS: &str = "3";
const LIMIT: Duration = Duration::from_secs(30);

pub(crate) fn measure() -> anyhow::Result<Vec<Row>> {
    let hello = program::compile("hello", &["-static"])?;
    let bare = program::compile("spawn_loop", &["-pthread"])?;
    let server = Server::stack(&[&hello])?;
    ensure!(client::get(&server)?.contains("hello\n"), "the service does not say hello");
    let mut rounds = Rounds::default();
    for _ in 0..ROUNDS {
        let (bare, served) = (starts(&bare, &hello)?, requests(&server)?);
        let ratio = rounds.add(bare, served);
        println!("  bare loop {bare:.0}/s, served {served:.0}/s, ratio {ratio:.3}");
    }
    let ratio = format!("served by bare loop, the ratio ({})", rounds.spread()?);
    Ok(vec![
        Row::new("starts of a bare posix_spawn loop", Unit::PerSecond, rounds.reference()?.median()),
        Row::new("requests for the same program", Unit::PerSecond, rounds.served()?.median()),
        Row::new(ratio, Unit::Ratio, rounds.ratios()?.median()).at_least(0.75),
        Row::new("resident memory after that load", Unit::Megabytes, server.memory("VmRSS")?),
    ])
}

/// Starts per second of the bare loop.
fn starts(bare: &Path, hello: &Path) -> anyhow::Result<f64> {
    let printed = program::output(Command::new(bare).arg(hello).arg(SECONDS), LIMIT, "gcc builds it")?;
    Ok(printed.trim().parse()?)
}

/// Requests per second of the server, all of them answered well.
fn requests(server: &Server) -> anyhow::Result<f64> {
    let url = format!("http://{}/", server.address());
    let mut load = Command::new("wrk");
    load.args(["-t1", "-c8", "-d", SECONDS, &url]);
    let printed = program::output(&mut load, LIMIT, "apt-get install wrk")?;
    let faulty = printed.lines().find(|line| line.contains("Non-2xx") || line.contains("Socket errors"));
    ensure!(faulty.is_none(), "wrk saw failures: {}", faulty.unwrap_or_default().trim());
    let rate = printed.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
    Ok(rate.context("wrk printed no rate")?.trim().parse()?)
}
