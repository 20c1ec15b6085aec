//! What a list of numbers comes to: its median, its ends, and how one list compares with another.

use crate::report::{Row, Unit};

/// At least one number, in order.
#[derive(Debug)]
pub(crate) struct Samples(Vec<f64>);

/// The same thing done by the reference and by `stack`, again and again in turns.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    reference: Vec<f64>,
    served: Vec<f64>,
}

impl Samples {
    /// Sorts; an empty list is an error, since it has no median.
    pub(crate) fn new(mut numbers: Vec<f64>) -> anyhow::Result<Self> {
        anyhow::ensure!(!numbers.is_empty(), "nothing was measured");
        numbers.sort_by(f64::total_cmp);
        Ok(Self(numbers))
    }

    pub(crate) fn least(&self) -> f64 {
        self.0[0]
    }

    pub(crate) fn median(&self) -> f64 {
        let (low, high) = ((self.0.len() - 1) / 2, self.0.len() / 2);
        f64::midpoint(self.0[low], self.0[high])
    }

    /// What one of ten numbers does not exceed, by the nearest rank: what another program's moment on the processor
    /// does not move.
    #[allow(dead_code, reason = "the measures of the languages use it")]
    pub(crate) fn tenth(&self) -> f64 {
        self.0[self.0.len().div_ceil(10) - 1]
    }

    pub(crate) fn most(&self) -> f64 {
        self.0[self.0.len() - 1]
    }

    /// What 99 of 100 numbers do not exceed, by the nearest rank.
    pub(crate) fn p99(&self) -> f64 {
        self.0[(self.0.len() * 99).div_ceil(100) - 1]
    }
}

impl Rounds {
    /// Adds a round; gives the ratio of its numbers.
    pub(crate) fn add(&mut self, reference: f64, served: f64) -> f64 {
        self.reference.push(reference);
        self.served.push(served);
        served / reference
    }

    pub(crate) fn reference(&self) -> anyhow::Result<Samples> {
        Samples::new(self.reference.clone())
    }

    pub(crate) fn served(&self) -> anyhow::Result<Samples> {
        Samples::new(self.served.clone())
    }

    /// Served by reference, round for round: a machine that slows down for a while harms both alike.
    fn ratios(&self) -> anyhow::Result<Samples> {
        Samples::new(self.served.iter().zip(&self.reference).map(|(served, other)| served / other).collect())
    }

    /// The line of the table that compares the two. A reference that moves by a quarter says that the machine
    /// had other work too, which leaves nothing to compare.
    pub(crate) fn row(&self, program: &str) -> anyhow::Result<Row> {
        let (ratios, reference) = (self.ratios()?, self.reference()?);
        let (least, most, count) = (ratios.least(), ratios.most(), self.served.len());
        let what = format!("{program}: the ratio ({least:.2} to {most:.2} in {count} rounds)");
        let row = Row::new(what, Unit::Ratio, ratios.median());
        Ok(if reference.most() < 1.25 * reference.least() { row } else { row.doubted() })
    }
}
