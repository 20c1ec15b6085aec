//! How long a server may take: the same flags as for a service, with more time, so that its own limits speak
//! first.

use std::{
    future::Future,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until, timeout};

use crate::cli::args::LimitFlags;

/// To the head of the answer, and between two parts of its body, when no flag says otherwise.
const DEFAULT: Duration = Duration::from_secs(30);

/// The limits of one exchange; `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Patience {
    /// Of the whole exchange.
    pub(super) total: Option<Duration>,
    /// From the last byte of the request to the head of the answer.
    pub(super) head: Option<Duration>,
    /// Between two parts of the answer.
    pub(super) silence: Option<Duration>,
}

impl Patience {
    /// As the flags say: 0 is no limit, and with `--timeout` the others are none by themselves.
    pub(in crate::cli) fn of(flags: &LimitFlags) -> Self {
        let default = if flags.timeout.is_none() { DEFAULT } else { Duration::ZERO };
        let some = |limit: Duration| (!limit.is_zero()).then_some(limit);
        Self {
            total: flags.timeout.and_then(some),
            head: some(flags.first_byte_timeout.unwrap_or(default)),
            silence: some(flags.idle_timeout.unwrap_or(default)),
        }
    }

    /// What the exchange came to; none when it took too long.
    pub(super) async fn whole<T>(self, exchange: impl Future<Output = T>) -> Option<T> {
        match self.total {
            Some(limit) => timeout(limit, exchange).await.ok(),
            None => Some(exchange.await),
        }
    }
}

/// When a byte moved last.
#[derive(Clone, Debug)]
pub(super) struct Pulse(Arc<Mutex<Instant>>);

impl Pulse {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    /// One moved, just now.
    pub(super) fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// The same for what moved.
    pub(super) fn beaten_by<T>(&self, moved: T) -> T {
        self.beat();
        moved
    }

    fn last(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the work came to; none when nothing moved meanwhile for so long.
    pub(super) async fn within<T>(
        &self,
        limit: Option<Duration>,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let Some(limit) = limit else { return Some(work.await) };
        let mut work = pin!(work);
        loop {
            let deadline = self.last() + limit;
            tokio::select! {
                biased;
                done = &mut work => return Some(done),
                () = sleep_until(deadline) => {}
            }
            if self.last() + limit <= Instant::now() {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::pending, time::Duration};

    use tokio::time::{Instant, sleep};

    use super::{Patience, Pulse};
    use crate::cli::args::{InvokeArguments, read};

    fn patience(words: &[&str]) -> [Option<u64>; 3] {
        let flags: InvokeArguments = read(words.iter().map(Into::into).collect()).unwrap();
        let Patience { total, head, silence } = Patience::of(&flags.limits);
        [total, head, silence].map(|limit| limit.map(|limit| limit.as_secs()))
    }

    #[test]
    fn limits_are_those_of_a_service_with_more_time() {
        assert_eq!(patience(&[]), [None, Some(30), Some(30)]);
        assert_eq!(patience(&["-t", "5s"]), [Some(5), None, None]);
        assert_eq!(patience(&["-t", "0"]), [None, None, None]);
        assert_eq!(patience(&["--idle-timeout", "0"]), [None, Some(30), None]);
        assert_eq!(patience(&["-t", "5s", "--first-byte-timeout", "1s"]), [Some(5), Some(1), None]);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_counted_from_the_last_beat() {
        let (pulse, start) = (Pulse::new(), Instant::now());
        let beating = pulse.clone();
        let work = async {
            for _ in 0..3 {
                sleep(Duration::from_secs(2)).await;
                beating.beat();
            }
            pending::<()>().await;
        };
        assert_eq!(pulse.within(Some(Duration::from_secs(3)), work).await, None);
        assert_eq!(start.elapsed().as_secs(), 9);
        assert_eq!(pulse.within(Some(Duration::from_secs(3)), async { 1 }).await, Some(1));
        let slow = async { sleep(Duration::from_secs(60)).await };
        assert_eq!(pulse.within(None, slow).await, Some(()));
    }
}
