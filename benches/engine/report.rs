//! The table: what was measured, what came out, what the goal was.

use std::fs;
use std::thread;

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Row {
    what: String,
    seen: String,
    goal: Goal,
    verdict: Verdict,
}

/// Where a number should be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    AtLeast(f64),
    Below(f64),
    /// Only to be seen.
    Nowhere,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Met,
    Missed,
    Nothing,
    Failed,
}

/// A number, how many decimals of it mean something, and its unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quantity(pub(crate) f64, pub(crate) usize, pub(crate) &'static str);

impl Row {
    pub(crate) fn new(what: impl Into<String>, quantity: Quantity, goal: Goal) -> Self {
        let verdict = match goal {
            Goal::AtLeast(bound) if quantity.0 >= bound => Verdict::Met,
            Goal::Below(bound) if quantity.0 < bound => Verdict::Met,
            Goal::Nowhere => Verdict::Nothing,
            Goal::AtLeast(_) | Goal::Below(_) => Verdict::Missed,
        };
        Self { what: what.into(), seen: quantity.text(), goal, verdict }
    }

    /// The line of a measure that could not be taken.
    pub(crate) fn failed(name: &str, error: &anyhow::Error) -> Self {
        let what = format!("{name}: {error:#}");
        Self { what, seen: "none".into(), goal: Goal::Nowhere, verdict: Verdict::Failed }
    }

    pub(crate) fn is_failed(&self) -> bool {
        self.verdict == Verdict::Failed
    }
}

impl Quantity {
    fn text(self) -> String {
        let Self(number, decimals, unit) = self;
        format!("{number:.decimals$} {unit}").trim_end().to_owned()
    }
}

/// Prints the whole table.
pub(crate) fn print(rows: &[Row]) {
    let width = rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
    println!("{:<width$} | {:>12} | {:>8} |", "measure", "seen", "goal");
    println!("{:-<width$}-|-{:-<12}-|-{:-<8}-|--------", "", "", "");
    for row in rows {
        let goal = match row.goal {
            Goal::AtLeast(bound) => format!(">= {bound}"),
            Goal::Below(bound) => format!("< {bound}"),
            Goal::Nowhere => String::new(),
        };
        let verdict = match row.verdict {
            Verdict::Met => "met",
            Verdict::Missed => "MISSED",
            Verdict::Nothing => "",
            Verdict::Failed => "FAILED",
        };
        println!("{}", format!("{:<width$} | {:>12} | {goal:>8} | {verdict}", row.what, row.seen).trim_end());
    }
}

/// What the numbers depend on: cores, kernel, and how busy the machine is already.
pub(crate) fn machine() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    format!("{cores} cores, Linux {}, load average {load} before the start", kernel.trim())
}
