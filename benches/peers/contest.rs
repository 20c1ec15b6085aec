//! One greeting by every server in turns: a connection that rests, eight that do not, and the bare loop.

use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::runtime::Runtime;

use crate::bare::Loop;
use crate::load::{self, Place, milliseconds};
use crate::samples::Samples;
use crate::scripts::Script;
use crate::servers::{Server, Target};
use crate::usage;

/// How often each is measured, in turns.
pub(crate) const ROUNDS: usize = 5;
/// How long one load lasts in one round.
const WINDOW: Duration = Duration::from_millis(500);
pub(crate) const CONNECTIONS: usize = 8;

/// What was seen of one greeting.
#[derive(Debug)]
pub(crate) struct Contest {
    pub(crate) name: &'static str,
    /// Starts a second, round by round.
    pub(crate) bare: anyhow::Result<Vec<f64>>,
    pub(crate) entries: Vec<Entry>,
}

/// One server's part in it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) server: &'static Server,
    pub(crate) seen: anyhow::Result<Seen>,
}

#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The milliseconds of all requests of the one connection.
    pub(crate) times: Vec<f64>,
    /// Their median, round by round.
    pub(crate) medians: Vec<f64>,
    /// Requests a second at eight connections, round by round.
    pub(crate) rates: Vec<f64>,
    pub(crate) cpu: Option<Cpu>,
}

/// Milliseconds of processor time for a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cpu {
    /// Of the server and all that it started.
    Server(f64),
    /// Of the whole machine, where the kernel does not tell what the server's children took.
    Machine(f64),
}

/// A server that takes part, until it fails.
#[derive(Debug)]
struct Runner {
    target: Target,
    place: Place,
    seen: anyhow::Result<Seen>,
    /// What had been used before the first round.
    before: f64,
    requests: usize,
    /// What the machine worked during the loads of eight, and for how many requests.
    machine: (f64, usize),
}

impl Contest {
    /// Measures the script under all `servers`.
    pub(crate) fn run(
        script: &Script,
        www: &std::path::Path,
        servers: &[&'static Server],
        bare: &Loop,
    ) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (mut runners, mut entries, mut rest) = (Vec::new(), Vec::new(), Duration::ZERO);
        for &server in servers {
            match server.start(www, script).and_then(|target| Runner::begin(&runtime, target)) {
                Ok((runner, time)) => {
                    rest = rest.max(time);
                    runners.push(runner);
                }
                Err(error) => entries.push(Entry { server, seen: Err(error) }),
            }
        }
        let mut starts = Ok(Vec::new());
        for round in 0..ROUNDS {
            if let Ok(rates) = &mut starts {
                match bare.rate(&script.cgi, WINDOW) {
                    Ok(rate) => rates.push(rate),
                    Err(error) => starts = Err(error),
                }
            }
            // Nobody is always behind the same other.
            for turn in 0..runners.len() {
                let count = runners.len();
                runners[(turn + round) % count].round(&runtime, rest);
            }
        }
        entries.extend(runners.into_iter().map(Runner::end));
        entries.sort_by_key(|entry| servers.iter().position(|server| server.name == entry.server.name));
        Ok(Self { name: script.name, bare: starts, entries })
    }

    pub(crate) fn of(&self, name: &str) -> Option<&Seen> {
        self.entries.iter().find(|entry| entry.server.name == name)?.seen.as_ref().ok()
    }
}

impl Runner {
    /// Sees that it answers; gives how long a request takes when what is cached is cached.
    fn begin(runtime: &Runtime, target: Target) -> anyhow::Result<(Self, Duration)> {
        let place = Place::of(&target);
        let begin = runtime.block_on(async {
            place.ask(None).await?;
            let begin = Instant::now();
            place.ask(None).await.map(|_| begin.elapsed())
        });
        let time = begin.with_context(|| target.server.name)?;
        let before = usage::seconds(&target);
        let seen = Ok(Seen::default());
        Ok((Self { target, place, seen, before, requests: 0, machine: (0.0, 0) }, time))
    }

    fn round(&mut self, runtime: &Runtime, rest: Duration) {
        if self.seen.is_ok()
            && let Err(error) = self.try_round(runtime, rest)
        {
            self.seen = Err(error);
        }
    }

    fn try_round(&mut self, runtime: &Runtime, rest: Duration) -> anyhow::Result<()> {
        // The longest that a start took, and half as much again: then a spare has loaded too.
        let one = runtime.block_on(load::one(&self.place, WINDOW, rest.mul_f64(1.5)))?;
        let worked = usage::others()?;
        let many = runtime.block_on(load::many(&self.place, CONNECTIONS, WINDOW))?;
        self.machine.0 += usage::others()? - worked;
        self.machine.1 += many.times.len();
        self.requests += one.times.len() + many.times.len();
        if let Ok(seen) = &mut self.seen {
            seen.rates.push(many.rate());
            seen.medians.push(Samples::new(one.times.clone())?.median());
            seen.times.extend(one.times);
        }
        Ok(())
    }

    fn end(self) -> Entry {
        let seen = self.seen.map(|mut seen| {
            let a_request = |seconds: f64, requests: usize| {
                milliseconds(Duration::from_secs_f64(seconds.max(0.0))) / requests as f64
            };
            seen.cpu = Some(if usage::counts_children(&self.target) {
                Cpu::Server(a_request(usage::seconds(&self.target) - self.before, self.requests))
            } else {
                Cpu::Machine(a_request(self.machine.0, self.machine.1))
            });
            seen
        });
        Entry { server: self.target.server, seen }
    }
}
