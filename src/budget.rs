//! The memory that all parsed bodies may take together; knows no HTTP.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::failure::{Failure, Kind};

/// A number of bytes that requests share.
#[derive(Debug)]
pub(crate) struct Budget {
    left: AtomicUsize,
}

/// What one request has of the budget; given back by its drop.
#[derive(Debug)]
pub(crate) struct Taken {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Budget {
    /// A budget of so many bytes.
    pub(crate) fn new(bytes: usize) -> Arc<Self> {
        Arc::new(Self { left: AtomicUsize::new(bytes) })
    }

    /// Takes bytes at once, so that nothing is kept before there is room for it.
    ///
    /// # Errors
    /// [`Kind::NoMemory`] when all requests together would have more than the budget.
    pub(crate) fn take(self: &Arc<Self>, bytes: usize) -> Result<Taken, Failure> {
        let mut taken = Taken { budget: Arc::clone(self), bytes: 0 };
        taken.grow(bytes)?;
        Ok(taken)
    }
}

impl Taken {
    /// Takes more, as bytes arrive: a length that a client only declares takes nothing.
    ///
    /// # Errors
    /// As [`Budget::take`]; what was taken before is kept.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Failure> {
        let taken = self
            .budget
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        taken.map_err(|_| exceeded())?;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.budget.left.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

fn exceeded() -> Failure {
    Failure::new(Kind::NoMemory, "the bodies of all requests together take more memory than they may")
        .remedy("try again later; the server's owner can raise --max-buffered")
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, thread};

    use super::Budget;
    use crate::failure::Kind;

    #[test]
    fn row_46_all_bodies_together_stay_within_the_budget() {
        let budget = Budget::new(10);
        let mut first = budget.take(4).unwrap();
        let second = budget.take(5).unwrap();
        assert_eq!(budget.take(2).unwrap_err().kind, Kind::NoMemory);
        assert_eq!(first.grow(2).unwrap_err().kind, Kind::NoMemory);
        first.grow(1).unwrap();
        assert_eq!(budget.take(1).unwrap_err().kind, Kind::NoMemory);
        drop(second);
        drop(budget.take(5).unwrap());
        drop(first);
        assert!(budget.take(10).is_ok() && budget.take(usize::MAX).is_err());
    }

    #[test]
    fn row_46_nothing_of_the_budget_is_lost_between_threads() {
        let budget = Budget::new(1_000);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for round in 0..10_000 {
                        let taken = budget.take(round % 400);
                        let _ = taken.map(|mut taken| taken.grow(100));
                    }
                });
            }
        });
        assert!(Arc::clone(&budget).take(1_000).is_ok());
    }
}
