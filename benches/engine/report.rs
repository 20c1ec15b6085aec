//! The table: what was measured, what came out, what the goal was.

use std::fs;
use std::thread;

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Row {
    what: String,
    seen: Result<(f64, Unit), Failed>,
    goal: Goal,
    trust: Trust,
}

/// Whether the machine was quiet enough for the number to mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    Trusted,
    Doubted,
}

/// The measure could not be taken.
#[derive(Debug)]
struct Failed;

#[derive(Clone, Copy, Debug)]
enum Goal {
    AtLeast(f64),
    Below(f64),
    /// Only to be seen.
    Nowhere,
}

/// What a number counts, and so how many decimals of it mean something.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unit {
    Count,
    Megabytes,
    MegabytesPerSecond,
    Milliseconds,
    PerSecond,
    Ratio,
}

impl Row {
    /// A number without a goal.
    pub(crate) fn new(what: impl Into<String>, unit: Unit, number: f64) -> Self {
        Self { what: what.into(), seen: Ok((number, unit)), goal: Goal::Nowhere, trust: Trust::Trusted }
    }

    pub(crate) fn at_least(self, bound: f64) -> Self {
        Self { goal: Goal::AtLeast(bound), ..self }
    }

    pub(crate) fn below(self, bound: f64) -> Self {
        Self { goal: Goal::Below(bound), ..self }
    }

    /// The same number, which says nothing: the machine was busy.
    pub(crate) fn doubted(self) -> Self {
        Self { trust: Trust::Doubted, ..self }
    }

    /// The line of a measure that could not be taken.
    pub(crate) fn failed(name: &str, error: &anyhow::Error) -> Self {
        Self {
            what: format!("{name}: {error:#}"),
            seen: Err(Failed),
            goal: Goal::Nowhere,
            trust: Trust::Trusted,
        }
    }

    pub(crate) fn is_failed(&self) -> bool {
        self.seen.is_err()
    }

    fn seen(&self) -> String {
        self.seen.as_ref().map_or_else(|Failed| "none".to_owned(), |&(number, unit)| unit.text(number))
    }

    fn verdict(&self) -> &'static str {
        match (&self.seen, self.goal) {
            (Err(Failed), _) => "FAILED",
            (Ok(_), _) if self.trust == Trust::Doubted => "BUSY",
            (Ok(_), Goal::Nowhere) => "",
            (Ok((number, _)), Goal::AtLeast(bound)) if *number >= bound => "met",
            (Ok((number, _)), Goal::Below(bound)) if *number < bound => "met",
            (Ok(_), _) => "MISSED",
        }
    }
}

impl Goal {
    fn text(self) -> String {
        match self {
            Self::AtLeast(bound) => format!(">= {bound}"),
            Self::Below(bound) => format!("< {bound}"),
            Self::Nowhere => String::new(),
        }
    }
}

impl Unit {
    fn text(self, number: f64) -> String {
        match self {
            Self::Count => format!("{number:.0}"),
            Self::Megabytes => format!("{number:.1} MB"),
            Self::MegabytesPerSecond => format!("{number:.0} MB/s"),
            Self::Milliseconds => format!("{number:.3} ms"),
            Self::PerSecond => format!("{number:.0} /s"),
            Self::Ratio => format!("{number:.2}"),
        }
    }
}

/// Prints the whole table.
pub(crate) fn print(rows: &[Row]) {
    let width = rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
    println!("| {:<width$} | {:>10} | {:>7} |        |", "measure", "seen", "goal");
    println!("|-{:-<width$}-|-{:-<10}-|-{:-<7}-|--------|", "", "", "");
    for row in rows {
        let (seen, goal, verdict) = (row.seen(), row.goal.text(), row.verdict());
        println!("| {:<width$} | {seen:>10} | {goal:>7} | {verdict:<6} |", row.what);
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
