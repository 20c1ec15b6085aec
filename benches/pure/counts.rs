//! Instructions instead of times: valgrind's callgrind counts those of a run with one repetition and of one with more.

use std::env;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

use crate::work::WORK;

/// Prints the table.
pub(crate) const COUNTS: &str = "--counts";
/// Does one piece of work so many times: what runs under valgrind.
pub(crate) const REPEAT: &str = "--repeat";

/// The two runs, whose difference leaves out the program's own start and the first call.
const FEW: u64 = 1;
const MANY: u64 = 101;

pub(crate) fn repeat(name: &str, times: u64) -> anyhow::Result<()> {
    let (_, work) = WORK.iter().find(|(known, _)| *known == name).context("no work of that name")?;
    (0..times).for_each(|_| work());
    Ok(())
}

pub(crate) fn print() -> anyhow::Result<()> {
    println!("| work | instructions |\n|---|---|");
    for (name, _) in WORK {
        let (few, many) = (count(name, FEW)?, count(name, MANY)?);
        println!("| {name} | {} |", (many - few) / (MANY - FEW));
    }
    Ok(())
}

/// How many instructions a whole run has.
fn count(name: &str, times: u64) -> anyhow::Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(env::current_exe()?);
    valgrind.args([REPEAT, name, &times.to_string()]).stdin(Stdio::null());
    let output = valgrind.output().context("on Debian: apt-get install valgrind")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "valgrind: {said}");
    let line =
        said.lines().find_map(|line| line.split_once("Collected :")).context("valgrind counted nothing")?;
    Ok(line.1.trim().parse()?)
}
