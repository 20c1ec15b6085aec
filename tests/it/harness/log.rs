//! The lines that a process writes, collected by a thread, so that no pipe ever fills.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// Lines that grow while the process lives.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<String>,
    ended: bool,
}

impl Log {
    /// Collects every line of `source` until it ends; bytes that are no UTF-8 are replaced.
    pub(super) fn collect(source: impl Read + Send + 'static) -> Self {
        let log = Self::default();
        let writer = log.clone();
        std::thread::spawn(move || writer.read_all(source));
        log
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.shared.state.lock().unwrap().lines.clone()
    }

    /// The first line that `wanted` takes, now or within the time; none also when the source ended.
    pub(super) fn wait(&self, within: Duration, mut wanted: impl FnMut(&str) -> bool) -> Option<String> {
        let start = Instant::now();
        let mut seen = 0;
        let mut state = self.shared.state.lock().unwrap();
        loop {
            if let Some(line) = state.lines[seen..].iter().find(|line| wanted(line)) {
                return Some(line.clone());
            }
            seen = state.lines.len();
            let left = within.saturating_sub(start.elapsed());
            if state.ended || left.is_zero() {
                return None;
            }
            state = self.shared.changed.wait_timeout(state, left).unwrap().0;
        }
    }

    /// Waits until the source ended; false when it did not in time.
    pub(super) fn wait_for_end(&self, within: Duration) -> bool {
        let state = self.shared.state.lock().unwrap();
        let waited = self.shared.changed.wait_timeout_while(state, within, |state| !state.ended);
        waited.unwrap().0.ended
    }

    fn read_all(&self, source: impl Read) {
        let mut source = BufReader::new(source);
        let mut line = Vec::new();
        while source.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line)).into_owned();
            self.shared.state.lock().unwrap().lines.push(text);
            self.shared.changed.notify_all();
            line.clear();
        }
        self.shared.state.lock().unwrap().ended = true;
        self.shared.changed.notify_all();
    }
}
