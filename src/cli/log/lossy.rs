//! A writer that never makes anybody wait: a bounded queue before a thread of its own. What finds no room is
//! lost, and counted; a paused terminal or a full pipe stops no request.

use std::{
    fs::File,
    io::{self, Write},
    iter,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use rustix::event::{PollFd, PollFlags, poll};

/// Bytes that may wait, with what the queue itself takes for every line.
const MOST: usize = 4 << 20;
const PER_LINE: usize = 64;

/// Lines are written together up to this many bytes.
const BATCH: usize = 64 << 10;

/// The first line after a silence is written at once; those that come within this time after it, together. To wake a
/// thread for every request would cost as much as a start's pipes.
const REST: Duration = Duration::from_millis(5);

/// The way into the queue; clones share it.
#[derive(Clone, Debug)]
pub(super) struct Lossy {
    sender: Sender<Message>,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    queued: AtomicUsize,
    lost: AtomicU64,
}

#[derive(Debug)]
enum Message {
    Line(String),
    /// Answered once everything before it is written.
    Flush(Sender<()>),
}

impl Lossy {
    /// Starts the thread that writes to `file`; it ends with the last clone.
    pub(super) fn start(file: File) -> io::Result<Self> {
        let (sender, receiver) = channel();
        let counts = Arc::new(Counts::default());
        let scribe = Scribe { file, receiver, counts: Arc::clone(&counts) };
        thread::Builder::new().name("log".to_owned()).spawn(move || scribe.work())?;
        Ok(Self { sender, counts })
    }

    /// Queues a line, or counts it as lost.
    pub(super) fn send(&self, line: String) {
        let size = size(&line);
        let queued = self.counts.queued.fetch_add(size, Ordering::Relaxed);
        if queued + size > MOST || self.sender.send(Message::Line(line)).is_err() {
            self.counts.queued.fetch_sub(size, Ordering::Relaxed);
            self.counts.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until everything before is written, but not longer than that.
    pub(super) fn flush(&self, patience: Duration) {
        let (sender, receiver) = channel();
        if self.sender.send(Message::Flush(sender)).is_ok() {
            // Too late is as good as written: nobody reads.
            let _ = receiver.recv_timeout(patience);
        }
    }
}

fn size(line: &str) -> usize {
    line.len() + PER_LINE
}

/// The thread that writes.
struct Scribe {
    file: File,
    receiver: Receiver<Message>,
    counts: Arc<Counts>,
}

impl Scribe {
    fn work(mut self) {
        while let Ok(first) = self.receiver.recv() {
            let (mut batch, mut taken, mut flushes) = (String::new(), 0, Vec::new());
            for message in iter::once(first).chain(self.receiver.try_iter()) {
                match message {
                    Message::Line(line) => {
                        taken += size(&line);
                        batch.push_str(&line);
                    }
                    Message::Flush(done) => flushes.push(done),
                }
                if batch.len() >= BATCH {
                    break;
                }
            }
            let is_all = batch.len() < BATCH;
            self.write(batch.as_bytes());
            self.counts.queued.fetch_sub(taken, Ordering::Relaxed);
            let lost = self.counts.lost.swap(0, Ordering::Relaxed);
            if lost > 0 {
                self.write(
                    format!("stack: {lost} lines of the log were lost, since nobody read it\n").as_bytes(),
                );
            }
            for done in flushes {
                // Whoever waited may have gone.
                let _ = done.send(());
            }
            if is_all {
                rest();
            }
        }
    }

    /// Writes all of it; what nobody will ever read, as in a closed pipe, is given up.
    fn write(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self.file.write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // Another program has made the shared terminal non-blocking.
                    let _ = poll(&mut [PollFd::new(&self.file, PollFlags::OUT)], None);
                }
                Err(_) => return,
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "nobody waits for this thread, but for a flush at the end")]
fn rest() {
    thread::sleep(REST);
}

#[cfg(test)]
mod tests {
    use std::{
        fs::File,
        io::{BufRead, BufReader},
        os::fd::OwnedFd,
        time::{Duration, Instant},
    };

    use super::Lossy;

    #[test]
    fn lines_come_out_in_order_and_a_flush_waits_for_them() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let lossy = Lossy::start(file.reopen().unwrap()).unwrap();
        for number in 0..1000 {
            lossy.send(format!("{number}\n"));
        }
        lossy.flush(Duration::from_secs(10));
        let text = std::fs::read_to_string(file.path()).unwrap();
        assert!(text.lines().map(|line| line.parse::<usize>().unwrap()).eq(0..1000));
    }

    #[test]
    fn attack_38_nobody_waits_for_a_reader_and_lost_lines_are_counted() {
        let (reader, writer) = std::io::pipe().unwrap();
        let lossy = Lossy::start(File::from(OwnedFd::from(writer))).unwrap();
        let line = format!("{}\n", "x".repeat(1023));
        let began = Instant::now();
        for _ in 0..10_000 {
            lossy.send(line.clone());
        }
        lossy.flush(Duration::from_millis(10));
        assert!(began.elapsed() < Duration::from_secs(5));
        drop(lossy);
        let lines: Vec<_> = BufReader::new(reader).lines().map(Result::unwrap).collect();
        let (lost, written) = lines.iter().partition::<Vec<_>, _>(|line| line.starts_with("stack: "));
        let count = |line: &&String| line.split(' ').nth(1).unwrap().parse::<usize>().unwrap();
        let lost: usize = lost.iter().map(count).sum();
        assert!(lost > 0 && written.len() > 1000);
        assert_eq!(lost + written.len(), 10_000);
    }

    #[test]
    fn a_reader_that_left_is_no_error() {
        let (reader, writer) = std::io::pipe().unwrap();
        let lossy = Lossy::start(File::from(OwnedFd::from(writer))).unwrap();
        drop(reader);
        lossy.send("a\n".to_owned());
        lossy.flush(Duration::from_secs(10));
        lossy.send("b\n".to_owned());
        lossy.flush(Duration::from_secs(10));
    }
}
