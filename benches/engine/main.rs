//! Measures the engine against what the kernel and tokio alone do: `cargo bench --bench engine`.
//!
//! `cargo bench --bench engine -- copy start` takes only those measures. See `benches/README.md`.

#![allow(clippy::disallowed_methods, reason = "a measure may sleep: nothing else shares its threads")]
#![allow(clippy::disallowed_types, reason = "the standard library's Command starts what is measured")]
#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]

mod client;
mod copy;
mod growth;
mod latency;
mod program;
mod reference;
mod report;
mod samples;
mod server;
mod spawn;
mod start;

use std::env;
use std::process::ExitCode;

use crate::report::Row;

/// One measure: fills rows of the table, or says why it could not.
type Measure = fn() -> anyhow::Result<Vec<Row>>;

const MEASURES: [(&str, Measure); 5] = [
    ("spawn", spawn::measure),
    ("copy", copy::measure),
    ("latency", latency::measure),
    ("start", start::measure),
    ("growth", growth::measure),
];

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some(latency::EMIT) => return latency::emit().map(|()| ExitCode::SUCCESS),
        Some(reference::SERVE) => return reference::serve().map(|()| ExitCode::SUCCESS),
        _ => {}
    }
    // `cargo bench` says so by this word; `cargo test --benches` leaves it out and wants no minutes of load.
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("nothing is measured without --bench: run `cargo bench --bench engine`");
        return Ok(ExitCode::SUCCESS);
    }
    let wanted: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| *word != "--bench").collect();
    if let Some(unknown) = wanted.iter().find(|word| MEASURES.iter().all(|(name, _)| name != *word)) {
        anyhow::bail!(
            "there is no measure called {unknown}; there are spawn, copy, latency, start and growth"
        );
    }
    println!("{}\n", report::machine());
    let mut rows = Vec::new();
    for (name, measure) in MEASURES.iter().filter(|(name, _)| wanted.is_empty() || wanted.contains(name)) {
        println!("{name}:");
        rows.extend(measure().unwrap_or_else(|error| vec![Row::failed(name, &error)]));
        println!();
    }
    report::print(&rows);
    Ok(if rows.iter().any(Row::is_failed) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
