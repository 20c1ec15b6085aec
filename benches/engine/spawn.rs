//! A process for every request against a process for every turn of a bare loop.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::report::{Goal, Quantity, Row};
use crate::samples::Samples;
use crate::server::Server;
use crate::{client, program};

const ROUNDS: usize = 7;
const SECONDS: &str = "3";
const LIMIT: Duration = Duration::from_secs(30);

/// One round of both, one right after the other.
#[derive(Clone, Copy, Debug)]
struct Round {
    bare: f64,
    served: f64,
}

pub(crate) fn measure() -> anyhow::Result<Vec<Row>> {
    let hello = program::compile("hello", &["-static"])?;
    let bare = program::compile("spawn_loop", &["-pthread"])?;
    let server = Server::stack(&[&hello])?;
    ensure!(client::get(&server)?.contains("hello\n"), "the service does not say hello");
    let mut rounds = Vec::new();
    for number in 0..ROUNDS {
        let round = round(&bare, &hello, &server, number)?;
        let Round { bare, served } = round;
        println!("  bare loop {bare:6.0}/s, served {served:6.0}/s, ratio {:.3}", served / bare);
        rounds.push(round);
    }
    let of = |number: fn(&Round) -> f64| Samples::new(rounds.iter().map(number).collect());
    let ratio = of(|round| round.served / round.bare)?;
    let what = format!("static program, served against bare loop ({} in {ROUNDS} rounds)", ratio.spread());
    let after = server.memory("VmRSS")?;
    Ok(vec![
        Row::new(
            "bare posix_spawn loop, two workers",
            Quantity(of(|round| round.bare)?.median(), 0, "/s"),
            Goal::Nowhere,
        ),
        Row::new(
            "static program over HTTP, 8 connections",
            Quantity(of(|round| round.served)?.median(), 0, "/s"),
            Goal::Nowhere,
        ),
        Row::new(what, Quantity(ratio.median(), 2, ""), Goal::AtLeast(0.75)),
        Row::new("resident memory after that load", Quantity(after, 1, "MB"), Goal::Nowhere),
    ])
}

/// Which of the two comes first changes with the round, so that a machine that slows down harms neither.
fn round(bare: &Path, hello: &Path, server: &Server, number: usize) -> anyhow::Result<Round> {
    if number.is_multiple_of(2) {
        let bare = starts(bare, hello)?;
        return Ok(Round { bare, served: requests(server)? });
    }
    let served = requests(server)?;
    Ok(Round { bare: starts(bare, hello)?, served })
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
