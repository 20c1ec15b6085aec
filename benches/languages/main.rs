//! What a bridge costs: the first byte of a hello world by the bare interpreter, and by a request to `stack`.
//!
//! `cargo bench --bench languages` measures every language of `examples/services/hello-world/`, and
//! `cargo bench --bench languages -- python ruby` only those. See `langs/README.md`.

#![allow(clippy::disallowed_methods, reason = "a measure may sleep: nothing else shares its threads")]
#![allow(clippy::disallowed_types, reason = "the standard library's Command starts what is measured")]
#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]

mod bare;
mod examples;
mod installed;
mod languages;
mod outcome;
mod served;

#[allow(dead_code, reason = "the measures of the engine use the rest of it")]
#[path = "../engine/program.rs"]
mod program;
#[allow(dead_code, reason = "the measures of the engine use the rest of it")]
#[path = "../engine/report.rs"]
mod report;
#[allow(dead_code, reason = "the measures of the engine use the rest of it")]
#[path = "../engine/samples.rs"]
mod samples;
#[allow(dead_code, reason = "the measures of the engine use the rest of it")]
#[path = "../engine/server.rs"]
mod server;

use std::env;
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::bare::Bare;
use crate::examples::Examples;
use crate::installed::Installed;
use crate::languages::{LANGUAGES, Language};
use crate::outcome::{Outcome, Times};
use crate::served::Service;

/// How often each of the two is measured, in turns: this often, and on for as long as this takes.
const ROUNDS: RangeInclusive<usize> = 40..=400;
const ENOUGH: Duration = Duration::from_secs(3);

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    // `cargo bench` says so by this word; `cargo test --benches` leaves it out and wants no minutes of load.
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("nothing is measured without --bench: run `cargo bench --bench languages`");
        return Ok(ExitCode::SUCCESS);
    }
    let wanted: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| *word != "--bench").collect();
    if let Some(unknown) = wanted.iter().find(|word| LANGUAGES.iter().all(|row| row.name != **word)) {
        let names: Vec<_> = LANGUAGES.iter().map(|language| language.name).collect();
        anyhow::bail!("there is no measure of {unknown}; there are {}", names.join(", "));
    }
    println!("{}\n", report::machine());
    let (installed, examples) = (Installed::read()?, Examples::read()?);
    let mut outcomes = Vec::new();
    for language in LANGUAGES.iter().filter(|row| wanted.is_empty() || wanted.contains(&row.name)) {
        let outcome = outcome(language, &installed, &examples);
        println!("{}: {outcome}", language.name);
        outcomes.push((language, outcome));
    }
    println!();
    outcome::print(&outcomes);
    let unknown = examples.without_a_row(&installed);
    if !unknown.is_empty() {
        println!("\nbenches/languages/languages.rs has no row for {}", unknown.join(", "));
    }
    let failed = outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::Failed(_)));
    Ok(if failed || !unknown.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn outcome(language: &Language, installed: &Installed, examples: &Examples) -> Outcome {
    let Some(interpreter) = installed.interpreter(language.name) else {
        return Outcome::Missing(format!("install {}", installed.package(language.name)));
    };
    let Some(example) = examples.of(language, installed) else {
        return Outcome::Missing("it has no example".to_owned());
    };
    measure(language, interpreter, &example).map_or_else(Outcome::Failed, Outcome::Measured)
}

/// All of them in turns; bare and bridged each as often the first of the two.
fn measure(language: &Language, interpreter: &Path, example: &Path) -> anyhow::Result<Times> {
    let mut bare = Bare::prepare(language, interpreter)?;
    let service = Service::start(language, example, "off")?;
    let warm = Service::start(language, example, "spare=1")?;
    let mut times = Times::new(bare.version()?);
    let begun = Instant::now();
    for round in 0..*ROUNDS.end() {
        if round >= *ROUNDS.start() && begun.elapsed() > ENOUGH {
            break;
        }
        if round % 2 == 0 {
            times.bare.push(bare.first_byte()?);
            times.bridged.push(service.first_byte()?.0);
        } else {
            times.bridged.push(service.first_byte()?.0);
            times.bare.push(bare.first_byte()?);
        }
        // The spare was started after the last request, and has loaded when two more starts are over.
        if let (time, true) = warm.first_byte()? {
            times.by_spare.push(time);
        }
    }
    Ok(times)
}
