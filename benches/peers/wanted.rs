//! What the words of the command line choose: programs and measures, and servers.

use anyhow::bail;

use crate::scripts::{GREETINGS, Greeting};
use crate::servers::{SERVERS, STACK, Server};

/// What is measured beside the greetings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Cat,
    Stream,
    Idle,
}

const MEASURES: &[(&str, Measure)] =
    &[("cat", Measure::Cat), ("stream", Measure::Stream), ("idle", Measure::Idle)];

/// An empty list wants all of its kind.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    programs: Vec<String>,
    servers: Vec<String>,
}

impl Wanted {
    pub(crate) fn read(words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let (programs, servers) = (programs(), SERVERS.iter().map(|server| server.word).collect::<Vec<_>>());
        let mut wanted = Self::default();
        for word in words {
            if programs.contains(&word.as_str()) {
                wanted.programs.push(word);
            } else if servers.contains(&word.as_str()) {
                wanted.servers.push(word);
            } else {
                bail!(
                    "there is no {word} here; there are {} and {}",
                    programs.join(", "),
                    servers[1..].join(", ")
                );
            }
        }
        Ok(wanted)
    }

    /// `stack` always, and its peers by name.
    pub(crate) fn server(&self, server: &Server) -> bool {
        server.word == STACK || is_in(&self.servers, server.word)
    }

    pub(crate) fn greeting(&self, greeting: &Greeting) -> bool {
        is_in(&self.programs, greeting.name)
    }

    pub(crate) fn measures(&self, measure: Measure) -> bool {
        MEASURES.iter().any(|(name, other)| *other == measure && is_in(&self.programs, name))
    }
}

fn programs() -> Vec<&'static str> {
    GREETINGS.iter().map(|greeting| greeting.name).chain(MEASURES.iter().map(|(name, _)| *name)).collect()
}

fn is_in(wanted: &[String], name: &str) -> bool {
    wanted.is_empty() || wanted.iter().any(|word| word == name)
}
