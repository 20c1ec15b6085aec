//! The tables, as they stand in Markdown.

use std::fmt::Write;

use crate::contest::{Contest, Cpu, Entry, Seen};
use crate::idle::{self, Held};
use crate::large::Copied;
use crate::samples::Samples;
use crate::servers::Server;
use crate::stream::Streamed;

/// A bare loop that moves by so much from round to round says that the machine had other work too.
const RESTLESS: f64 = 1.25;

/// Every greeting under every server.
pub(crate) fn contests(contests: &[Contest]) -> String {
    let mut text = "| program | server | p50 | p99 | requests/s at 8 | of the bare loop | CPU a request |\n\
                    |---|---|---|---|---|---|---|\n"
        .to_owned();
    for contest in contests {
        text += &bare(contest);
        for entry in &contest.entries {
            text += &row(contest, entry);
        }
    }
    text
}

fn bare(contest: &Contest) -> String {
    let name = contest.name;
    match contest.bare.as_ref().map(|rates| samples(rates)) {
        Ok(Some(rates)) => {
            let busy = if rates.most() > RESTLESS * rates.least() { "BUSY" } else { "" };
            format!("| {name} | bare loop | | | {} | {busy} | |\n", number(rates.median()))
        }
        Ok(None) => String::new(),
        Err(error) => format!("| {name} | bare loop | {} | | | | |\n", failed(error)),
    }
}

fn row(contest: &Contest, entry: &Entry) -> String {
    let (program, server) = (contest.name, entry.server.name);
    let seen = match &entry.seen {
        Ok(seen) => seen,
        Err(error) => return format!("| {program} | {server} | {} | | | | |\n", failed(error)),
    };
    let (Some(times), Some(rates)) = (samples(&seen.times), samples(&seen.rates)) else {
        return String::new();
    };
    let of_bare = contest.bare.as_ref().map_or_else(|_| String::new(), |bare| ratio(&seen.rates, bare));
    let cpu = match seen.cpu {
        Some(Cpu::Server(milliseconds)) => format!("{milliseconds:.2} ms"),
        Some(Cpu::Machine(milliseconds)) => format!("~{milliseconds:.2} ms"),
        None => String::new(),
    };
    format!(
        "| {program} | {server} | {:.2} ms | {:.2} ms | {} | {of_bare} | {cpu} |\n",
        times.median(),
        times.p99(),
        number(rates.median())
    )
}

/// `stack` against the best of the others, greeting by greeting.
pub(crate) fn best(contests: &[Contest], modes: &[&'static Server]) -> String {
    let mut text = "| program | stack | most requests/s of a peer | times as many | least p50 of a peer | times as quick |\n\
                    |---|---|---|---|---|---|\n"
        .to_owned();
    for contest in contests {
        let peers = || contest.entries.iter().filter(|entry| !entry.server.is_stack());
        let seen = || peers().filter_map(|entry| Some((entry.server.name, entry.seen.as_ref().ok()?)));
        let by = |median: fn(&Seen) -> f64| {
            move |a: &(&str, &Seen), b: &(&str, &Seen)| median(a.1).total_cmp(&median(b.1))
        };
        let (Some(most), Some(quickest)) = (seen().max_by(by(rate)), seen().min_by(by(latency))) else {
            continue;
        };
        for mode in modes {
            let Some(stack) = contest.of(mode.name) else { continue };
            let _ = writeln!(
                text,
                "| {} | {} | {}: {} | {} | {}: {:.2} ms | {} |",
                contest.name,
                mode.name,
                most.0,
                number(rate(most.1)),
                ratio(&stack.rates, &most.1.rates),
                quickest.0,
                latency(quickest.1),
                ratio(&quickest.1.medians, &stack.medians),
            );
        }
    }
    text
}

pub(crate) fn large(copied: &[Copied]) -> String {
    let mut text =
        "| 1 GiB through cat | MB/s | of the first | peak memory |\n|---|---|---|---|\n".to_owned();
    let first = copied.first().and_then(|row| row.seen.as_ref().ok());
    for row in copied {
        let name = row.server.name;
        text += &match &row.seen {
            Ok(seen) => {
                let rate = samples(&seen.rates).map_or(f64::NAN, |rates| rates.median());
                let of_first = first.map_or_else(String::new, |first| ratio(&seen.rates, &first.rates));
                format!("| {name} | {rate:.0} | {of_first} | {:.1} MB |\n", seen.peak)
            }
            Err(error) => format!("| {name} | {} | | |\n", failed(error)),
        };
    }
    text
}

pub(crate) fn stream(streamed: &[Streamed]) -> String {
    let mut text = "| first byte of a slow stream | p50 | the slowest |\n|---|---|---|\n".to_owned();
    for row in streamed {
        let name = row.server.name;
        text += &match (row.samples(), &row.times) {
            (Some(times), _) => format!("| {name} | {:.2} ms | {:.2} ms |\n", times.median(), times.most()),
            (None, Err(error)) => format!("| {name} | {} | |\n", failed(error)),
            (None, Ok(_)) => String::new(),
        };
    }
    text
}

pub(crate) fn idle(held: &[Held]) -> String {
    let mut text = format!(
        "| {} idle connections | still open | memory before | memory with them | one more request |\n\
         |---|---|---|---|---|\n",
        idle::COUNT
    );
    for row in held {
        let name = row.server.name;
        text += &match &row.seen {
            Ok(seen) => {
                let (before, with) = seen.memory;
                let (open, answer) = (seen.connections, seen.answer);
                format!("| {name} | {open} | {before:.1} MB | {with:.1} MB | {answer:.2} ms |\n")
            }
            Err(error) => format!("| {name} | {} | | | |\n", cell(error)),
        };
    }
    text
}

/// The median of a greeting's rounds; every list here has at least one number.
pub(crate) fn rate(seen: &Seen) -> f64 {
    samples(&seen.rates).map_or(f64::NAN, |rates| rates.median())
}

/// The median of all its requests by one connection.
pub(crate) fn latency(seen: &Seen) -> f64 {
    samples(&seen.times).map_or(f64::NAN, |times| times.median())
}

pub(crate) fn samples(numbers: &[f64]) -> Option<Samples> {
    Samples::new(numbers.to_vec()).ok()
}

/// Round by round, so that a machine that slows down for a while harms both alike.
fn ratio(above: &[f64], below: &[f64]) -> String {
    let ratios: Vec<f64> = above.iter().zip(below).map(|(above, below)| above / below).collect();
    let Some(ratios) = samples(&ratios) else { return String::new() };
    format!("{:.2} ({:.2} to {:.2})", ratios.median(), ratios.least(), ratios.most())
}

pub(crate) fn number(rate: f64) -> String {
    if rate < 100.0 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

fn failed(error: &anyhow::Error) -> String {
    format!("failed: {}", cell(error))
}

/// What of an error fits into a table.
fn cell(error: &anyhow::Error) -> String {
    let text = format!("{error:#}");
    let line: String = text.lines().next().unwrap_or_default().chars().take(120).collect();
    line.replace('|', "/")
}
