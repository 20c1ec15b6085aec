//! The log of one request: what its service writes to standard error, cut into lines and bounded.

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
};

use crate::{
    receipt::Exchange,
    service::{LogLine, Spec},
};

/// A longer line is split, and says so.
const LONGEST_LINE: usize = 8 << 10;
/// What a line costs beside its text: its time and its id.
const PER_LINE: usize = 64;
/// How much of the end is kept for the error page.
const TAIL: usize = 8 << 10;

/// Cuts standard error into lines for the log.
pub(super) struct Log {
    spec: Arc<Spec>,
    exchange: Arc<Exchange>,
    line: Vec<u8>,
    tail: VecDeque<u8>,
    left: usize,
    lost: u64,
}

impl Log {
    pub(super) fn new(spec: &Arc<Spec>, exchange: &Arc<Exchange>) -> Self {
        let (spec, exchange) = (Arc::clone(spec), Arc::clone(exchange));
        let left = spec.caps.log;
        Self { spec, exchange, line: Vec::new(), tail: VecDeque::new(), left, lost: 0 }
    }

    /// Takes what was read from standard error.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        let last = &bytes[bytes.len().saturating_sub(TAIL)..];
        let excess = (self.tail.len() + last.len()).saturating_sub(TAIL);
        self.tail.drain(..excess.min(self.tail.len()));
        self.tail.extend(last);
        let mut pieces = bytes.split_inclusive(|&byte| byte == b'\n');
        let mut taken = 0;
        while self.left > 0
            && let Some(piece) = pieces.next()
        {
            let within = piece.len().min(self.left);
            self.left -= within;
            taken += within;
            self.take_piece(&piece[..within]);
        }
        self.lost += (bytes.len() - taken) as u64;
    }

    fn take_piece(&mut self, piece: &[u8]) {
        for part in piece.chunks(LONGEST_LINE) {
            self.line.extend_from_slice(part);
            if self.line.ends_with(b"\n") {
                self.line.pop();
                self.flush();
            } else if self.line.len() >= LONGEST_LINE {
                self.line.extend_from_slice(" …".as_bytes());
                self.flush();
            }
        }
    }

    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.left = self.left.saturating_sub(PER_LINE);
        self.say(String::from_utf8_lossy(&line).trim_end_matches('\r'));
    }

    /// A line that came by the control channel, within the same bounds as standard error.
    pub(super) fn hear(&mut self, text: &str) {
        if self.pays(text) {
            self.say(text);
        }
    }

    fn pays(&mut self, text: &str) -> bool {
        let price = text.len() + PER_LINE;
        let pays = price <= self.left;
        if pays {
            self.left -= price;
        } else {
            self.lost += text.len() as u64;
        }
        pays
    }

    /// One line of the service's log.
    fn say(&self, text: &str) {
        let id = self.exchange.id();
        tracing::info!(target: "stack::service", id, "{text}");
        if let Some(sink) = &self.spec.log {
            sink.take(LogLine::new(id, text));
        }
    }

    /// Something that the service asked for and did not get.
    pub(super) fn refuse(&mut self, text: &str) {
        if !self.pays(text) {
            return;
        }
        tracing::warn!(target: "stack::control", id = self.exchange.id(), "ignored: {text}");
    }

    /// Advice for the service's author; once for each service.
    pub(super) fn hint(&self, text: &str) {
        if !self.spec.hinted.swap(true, Ordering::Relaxed) {
            tracing::warn!(target: "stack::hint", "{text}");
        }
    }

    /// The last line, and what was lost, once standard error has ended.
    pub(super) fn end(&mut self) {
        if !self.line.is_empty() {
            self.flush();
        }
        if self.lost > 0 {
            self.say(&format!("({} more bytes of standard error are left out)", self.lost));
            self.lost = 0;
        }
    }

    /// The end of standard error, for the error page.
    pub(super) fn tail(&self) -> String {
        let (front, back) = self.tail.as_slices();
        String::from_utf8_lossy(&[front, back].concat()).into_owned()
    }
}
