//! How many parameters a request may still have, counted over its query and its body.

use crate::failure::{Failure, Kind};

/// What is left of a request's limit of parameters.
#[derive(Debug)]
pub(crate) struct Allowance {
    left: usize,
}

impl Allowance {
    /// A request that may have `limit` parameters and has none yet.
    pub(crate) fn new(limit: usize) -> Self {
        Self { left: limit }
    }

    /// How many more there may be; the limit for the next parser.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// Counts parameters that were taken.
    pub(crate) fn spend(&mut self, count: usize) -> Result<(), Failure> {
        self.left = self.left.checked_sub(count).ok_or_else(exceeded)?;
        Ok(())
    }
}

/// The one failure of a request with too many parameters.
pub(super) fn exceeded() -> Failure {
    Failure::new(Kind::BadParameters, "the query and the body together have too many parameters")
        .remedy("send fewer names, or the data as one nested JSON value")
}

#[cfg(test)]
mod tests {
    use super::Allowance;
    use crate::failure::Kind;

    #[test]
    fn row_46_query_and_body_share_one_limit() {
        let mut allowance = Allowance::new(1_000);
        allowance.spend(600).expect("within the limit");
        assert_eq!(allowance.left(), 400);
        allowance.spend(400).expect("exactly the limit");
        assert_eq!(allowance.spend(1).expect_err("over the limit").kind, Kind::BadParameters);
    }
}
