//! What every request pays beside its process: parameters parsed, the document written, control messages read.
//!
//! `cargo bench --bench pure` gives times; `cargo bench --bench pure -- --counts` gives instructions, which a busy
//! machine does not change. See `benches/README.md`.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "modules of the library, of which a part is measured"
)]
#![allow(clippy::disallowed_types, reason = "the standard library's Command starts what counts instructions")]
#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]
#![allow(missing_docs, reason = "this is no library")]

#[path = "../../src/control/mod.rs"]
mod control;
mod counts;
#[path = "../../src/document/mod.rs"]
mod document;
#[path = "../../src/error.rs"]
mod error;
#[path = "../../src/failure.rs"]
mod failure;
#[path = "../../src/params/mod.rs"]
mod params;
#[path = "../../src/schema/mod.rs"]
mod schema;
#[path = "../../src/service/mod.rs"]
mod service;
mod work;

use std::env;

use criterion::Criterion;

use crate::work::WORK;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| *word != "--bench").collect();
    match words.as_slice() {
        [counts::REPEAT, name, times] => counts::repeat(name, times.parse()?),
        [counts::COUNTS] => counts::print(),
        // `cargo bench` says so by this word; `cargo test --benches` leaves it out.
        _ if arguments.iter().any(|argument| argument == "--bench") => {
            let mut criterion = Criterion::default().configure_from_args();
            for (name, work) in WORK {
                criterion.bench_function(name, |bencher| bencher.iter(work));
            }
            criterion.final_summary();
            Ok(())
        }
        _ => {
            println!("nothing is measured without --bench: run `cargo bench --bench pure`");
            Ok(())
        }
    }
}
