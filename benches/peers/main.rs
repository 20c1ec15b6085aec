//! `stack` beside what people run such programs under today: `cargo bench --bench peers`.
//!
//! `cargo bench --bench peers -- python lighttpd` takes only those programs, measures and servers. See
//! `benches/README.md`.

#![allow(clippy::disallowed_methods, reason = "a measure may sleep: nothing else shares its threads")]
#![allow(clippy::disallowed_types, reason = "the standard library's Command starts what is measured")]
#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]

mod bare;
mod chart;
mod charts;
mod contest;
mod idle;
mod large;
mod load;
mod scripts;
mod servers;
mod stream;
mod table;
mod usage;
mod wanted;

#[allow(dead_code, reason = "the measures of the engine use the rest of it")]
#[path = "../engine/client.rs"]
mod client;
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

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use crate::bare::Loop;
use crate::contest::Contest;
use crate::scripts::{GREETINGS, Interpreters, Script};
use crate::servers::{SERVERS, Server};
use crate::wanted::{Measure, Wanted};

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    // `cargo bench` says so by this word; `cargo test --benches` leaves it out and wants no minutes of load.
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("nothing is measured without --bench: run `cargo bench --bench peers`");
        return Ok(ExitCode::SUCCESS);
    }
    let wanted = Wanted::read(arguments.into_iter().filter(|word| word != "--bench"))?;
    println!("{}\n", report::machine());
    let servers = installed(&wanted);
    let folder = servers::folder("www")?;
    let scripts = prepare(&wanted, folder.path())?;
    let mut report = String::new();
    let mut add = |text: String| {
        println!("\n{text}");
        report = format!("{report}{text}\n");
    };
    let contests = contests(&scripts, folder.path(), &servers)?;
    if !contests.is_empty() {
        let modes: Vec<_> = servers.iter().copied().filter(|server| server.is_stack()).collect();
        add(table::contests(&contests));
        add(table::best(&contests, &modes));
    }
    // Programs start at their requests in every mode.
    let servers: Vec<_> =
        servers.into_iter().filter(|server| !server.is_stack() || server.is_cold()).collect();
    if wanted.measures(Measure::Cat) {
        println!("1 GiB through cat:");
        add(table::large(&large::measure(folder.path(), &servers)?));
    }
    if wanted.measures(Measure::Stream) {
        add(table::stream(&stream::measure(folder.path(), &servers)?));
    }
    if wanted.measures(Measure::Idle) {
        let script = GREETINGS[0].prepare(folder.path(), &Interpreters::read()?)?;
        add(table::idle(&idle::measure(folder.path(), &script, &servers)));
    }
    keep(&report, &contests)?;
    Ok(ExitCode::SUCCESS)
}

/// Those that are wanted and here; says what is not here.
fn installed(wanted: &Wanted) -> Vec<&'static Server> {
    let (here, missing): (Vec<_>, Vec<_>) =
        SERVERS.iter().filter(|server| wanted.server(server)).partition(|server| server.is_installed());
    for server in missing {
        println!("not measured: {}; on Debian it is in {}", server.name, server.packages);
    }
    here
}

/// Writes the wanted greetings' programs; says which cannot be run here.
fn prepare(wanted: &Wanted, www: &Path) -> anyhow::Result<Vec<Script>> {
    let interpreters = Interpreters::read()?;
    let mut scripts = Vec::new();
    for greeting in GREETINGS.iter().filter(|greeting| wanted.greeting(greeting)) {
        match greeting.prepare(www, &interpreters) {
            Ok(script) => scripts.push(script),
            Err(error) => println!("not measured: {}: {error:#}", greeting.name),
        }
    }
    Ok(scripts)
}

fn contests(scripts: &[Script], www: &Path, servers: &[&'static Server]) -> anyhow::Result<Vec<Contest>> {
    if scripts.is_empty() {
        return Ok(Vec::new());
    }
    let bare = Loop::build()?;
    let mut contests = Vec::new();
    for script in scripts {
        let servers: Vec<_> = servers.iter().copied().filter(|server| server.is_for(script)).collect();
        println!("{} under {} servers, {} rounds", script.name, servers.len(), contest::ROUNDS);
        contests.push(Contest::run(script, www, &servers, &bare)?);
    }
    Ok(contests)
}

/// Writes the tables and the charts below the target folder.
fn keep(report: &str, contests: &[Contest]) -> anyhow::Result<()> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("tables.md"), report)?;
    if !contests.is_empty() {
        fs::write(folder.join("requests.svg"), charts::requests(contests))?;
        fs::write(folder.join("times.svg"), charts::times(contests))?;
    }
    println!("tables.md and the charts are in {}", folder.display());
    Ok(())
}
