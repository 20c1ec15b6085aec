//! Sorted numbers and the places in them.

/// At least one number, in order.
#[derive(Debug)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    /// Sorts; an empty list is an error, since it has no median.
    pub(crate) fn new(mut numbers: Vec<f64>) -> anyhow::Result<Self> {
        anyhow::ensure!(!numbers.is_empty(), "nothing was measured");
        numbers.sort_by(f64::total_cmp);
        Ok(Self(numbers))
    }

    pub(crate) fn least(&self) -> f64 {
        self.quantile(0, 1)
    }

    pub(crate) fn median(&self) -> f64 {
        let (low, high) = ((self.0.len() - 1) / 2, self.0.len() / 2);
        f64::midpoint(self.0[low], self.0[high])
    }

    pub(crate) fn most(&self) -> f64 {
        self.quantile(1, 1)
    }

    /// The number that `part` of `whole` are below, by the nearest rank.
    pub(crate) fn quantile(&self, part: usize, whole: usize) -> f64 {
        let rank = (self.0.len() * part).div_ceil(whole);
        self.0[rank.clamp(1, self.0.len()) - 1]
    }

    /// `0.81-0.86`: from the least to the most.
    pub(crate) fn spread(&self) -> String {
        format!("{:.2}-{:.2}", self.least(), self.most())
    }
}
