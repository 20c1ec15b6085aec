//! What came out for a language, and the table of all of them.

use std::fmt::{self, Display, Formatter};

use crate::languages::Language;
use crate::samples::Samples;

/// A bridge may cost this many milliseconds, or this part of the bare start, whichever is more.
const MOST_MORE: f64 = 1.5;
const MOST_RATIO: f64 = 1.4;

/// A bare start that changes by this much from the first half of the rounds to the second says that the machine
/// had other work too.
const RESTLESS: f64 = 1.25;

/// What was seen of one language.
#[derive(Debug)]
pub(crate) enum Outcome {
    Measured(Times),
    /// There was nothing to measure; the text says why.
    Missing(String),
    Failed(anyhow::Error),
}

/// The milliseconds of every round.
#[derive(Debug)]
pub(crate) struct Times {
    version: String,
    pub(crate) bare: Vec<f64>,
    pub(crate) bridged: Vec<f64>,
    /// Empty where there are no spares.
    pub(crate) by_spare: Vec<f64>,
}

impl Times {
    pub(crate) fn new(version: String) -> Self {
        Self { version, bare: Vec::new(), bridged: Vec::new(), by_spare: Vec::new() }
    }

    fn spare(&self) -> String {
        match self.by_spare.as_slice() {
            [] => "no".to_owned(),
            times => format!("{:.2} ms", quiet(times)),
        }
    }

    fn verdict(&self) -> &'static str {
        let (bare, bridged) = (quiet(&self.bare), quiet(&self.bridged));
        let (first, second) = self.bare.split_at(self.bare.len() / 2);
        let (first, second) = (quiet(first), quiet(second));
        if first.max(second) > RESTLESS * first.min(second) {
            "BUSY"
        } else if bridged - bare <= MOST_MORE || bridged <= MOST_RATIO * bare {
            "yes"
        } else {
            "no"
        }
    }
}

impl Display for Outcome {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Measured(times) => {
                let (bare, bridged) = (quiet(&times.bare), quiet(&times.bridged));
                write!(formatter, "bare {bare:.2} ms, bridged {bridged:.2} ms")
            }
            Self::Missing(why) => write!(formatter, "not measured: {why}"),
            Self::Failed(error) => write!(formatter, "FAILED: {error:#}"),
        }
    }
}

/// Prints the table as it stands in `langs/README.md`.
pub(crate) fn print(outcomes: &[(&Language, Outcome)]) {
    println!("| language | version | bare | bridged | more | ratio | within the goal | by a spare |");
    println!("|---|---|---|---|---|---|---|---|");
    for (language, outcome) in outcomes {
        let times = match outcome {
            Outcome::Measured(times) => times,
            Outcome::Missing(why) => {
                println!("| {} | not measured: {why} | | | | | | |", language.name);
                continue;
            }
            // The reason was printed when it came, and can be long.
            Outcome::Failed(_) => {
                println!("| {} | FAILED, see above | | | | | | |", language.name);
                continue;
            }
        };
        let (bare, bridged) = (quiet(&times.bare), quiet(&times.bridged));
        let (more, ratio) = (bridged - bare, bridged / bare);
        println!(
            "| {} | {} | {bare:.2} ms | {bridged:.2} ms | {more:+.2} ms | {ratio:.2} | {} | {} |",
            language.name,
            times.version,
            times.verdict(),
            times.spare()
        );
    }
}

/// What it takes when nothing else wants the processor. Every list that comes here has a number for each round.
fn quiet(numbers: &[f64]) -> f64 {
    Samples::new(numbers.to_vec()).map_or(f64::NAN, |samples| samples.tenth())
}
