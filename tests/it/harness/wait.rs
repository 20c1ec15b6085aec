//! Waiting for what cannot be waited for by a descriptor, with a deadline, and for foreign processes by one.

use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// How long anything may take before its test fails; generous, because machines are slow and shared.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// How often [`eventually`] looks. What it looks at (`/proc`, a file of a service) tells nobody of its
/// changes, so this is the one place where tests pause.
const INTERVAL: Duration = Duration::from_millis(5);

/// Asks again and again until the answer is there; fails with `what` at the [`DEADLINE`].
pub(crate) fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < DEADLINE, "not within {DEADLINE:?}: {what}");
        pause();
    }
}

/// Whether something stays true for a while; for what must *not* happen.
pub(crate) fn holds_for(duration: Duration, mut ask: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < duration {
        if !ask() {
            return false;
        }
        pause();
    }
    true
}

/// Waits until a process has ended, whoever its parent is; true when it did within the time.
pub(crate) fn wait_for_exit(pid: u32, within: Duration) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return true };
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return true };
    let timeout = Timespec::try_from(within).expect("tests wait for seconds");
    let ready = poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&timeout));
    ready.is_ok_and(|count| count > 0)
}

#[expect(clippy::disallowed_methods, reason = "the one bounded pause of the tests, see INTERVAL")]
fn pause() {
    std::thread::sleep(INTERVAL);
}
