//! The signals of the server: the first that ends it drains, the second ends at once, SIGHUP renews.

use std::{convert::Infallible, fs, future::pending, io, process};

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    cli::{log::NOTICE, serve::Renew},
    process::reap_orphans,
    server::Shutdown,
};

/// The signals, caught from now on.
#[derive(Debug)]
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// None when whoever started the program had it ignored, as nohup does.
    hangup: Option<Signal>,
    /// As process 1 of a container there are orphans to reap.
    child: Option<Signal>,
}

impl Signals {
    /// Catches them; until then they end the program at once.
    pub(super) fn catch() -> io::Result<Self> {
        let hangup = (!is_hangup_ignored()).then(|| signal(SignalKind::hangup())).transpose()?;
        let child = (process::id() == 1).then(|| signal(SignalKind::child())).transpose()?;
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(Self { interrupt, terminate, hangup, child })
    }

    /// Does what the signals ask for, for as long as it is polled.
    pub(super) async fn obey(self, renew: &Renew, shutdown: &Shutdown) -> Infallible {
        let Self { mut interrupt, mut terminate, mut hangup, child } = self;
        let ends = async {
            let mut is_ending = false;
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    () = next(&mut hangup) => {
                        if !has_terminal() {
                            renew.now().await;
                            continue;
                        }
                    }
                }
                end(shutdown, &mut is_ending);
            }
        };
        tokio::select! {
            never = ends => never,
            never = reap(child) => never,
        }
    }
}

fn end(shutdown: &Shutdown, is_ending: &mut bool) {
    if std::mem::replace(is_ending, true) {
        return shutdown.now();
    }
    let running = shutdown.running();
    shutdown.begin();
    match running {
        0 => {}
        1 => tracing::info!(target: NOTICE, "1 request running; Ctrl-C again ends it"),
        _ => tracing::info!(target: NOTICE, "{running} requests running; Ctrl-C again ends them"),
    }
}

async fn reap(mut child: Option<Signal>) -> Infallible {
    loop {
        next(&mut child).await;
        reap_orphans().await;
    }
}

/// The next one, or never.
async fn next(signal: &mut Option<Signal>) {
    let Some(signal) = signal else { return pending().await };
    if signal.recv().await.is_none() {
        pending().await
    }
}

/// Whether a terminal controls this process: its hangup then means that its user has gone.
fn has_terminal() -> bool {
    fs::File::open("/dev/tty").is_ok()
}

/// Bit 0 of the mask is signal 1. See proc_pid_status(5).
fn is_hangup_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}
