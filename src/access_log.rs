//! One log line a request: what came, what it was given, what it cost, and why it ended.

use std::fmt::Write;

use crate::receipt::Report;

/// The longest path that a line shows; the rest is what somebody else wanted in the log.
const LONGEST_PATH: usize = 512;

/// Writes the line of one request.
pub(crate) fn write(report: &Report) {
    tracing::info!(target: "stack::access", id = report.id, "{}", line(report));
}

fn line(report: &Report) -> String {
    let path = report.path.get(..LONGEST_PATH).unwrap_or(&report.path);
    let mut line =
        format!("{} {path} {} {} B {:.1?}", report.method, report.status, report.bytes, report.time);
    if !report.cpu.is_zero() {
        let _ = write!(line, " cpu {:.1?}", report.cpu);
        // A child starts with the server's own peak, so below that only an upper bound is true.
        let _ = match report.memory {
            Some(bytes) => write!(line, " mem {}M", bytes >> 20),
            None => write!(line, " mem<{}M", (report.memory_floor >> 20) + 1),
        };
    }
    let broken_off = if report.broken_off { "BROKEN OFF: " } else { "" };
    let _ = write!(line, " {broken_off}{}", report.reason);
    line
}
