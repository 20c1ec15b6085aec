//! 10,000 connections, each of which had an answer, is kept alive, and waits.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::load::{Connection, Place, milliseconds};
use crate::scripts::Script;
use crate::server::allow_descriptors;
use crate::servers::{Connections, Server, Target};
use crate::usage;

pub(crate) const COUNT: usize = 10_000;
/// How many of them are opened at once.
const AT_ONCE: usize = 16;
/// After this no more are opened.
const LIMIT: Duration = Duration::from_secs(20);
/// So long they wait before they are counted.
const WAIT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) server: &'static Server,
    pub(crate) seen: anyhow::Result<Seen>,
}

#[derive(Debug)]
pub(crate) struct Seen {
    /// Those that the server had not closed at the end.
    pub(crate) connections: usize,
    /// MB of the server before them and with them.
    pub(crate) memory: (f64, f64),
    /// Milliseconds of one more request.
    pub(crate) answer: f64,
}

/// The servers one after the other, each alone on the machine.
pub(crate) fn measure(www: &Path, script: &Script, servers: &[&'static Server]) -> Vec<Held> {
    let seen = |server: &'static Server| {
        ensure!(server.connections == Connections::Kept, "a process for each, and none kept alive");
        allow_descriptors(COUNT as u64)?;
        hold(&server.start(www, script)?)
    };
    servers.iter().map(|&server| Held { server, seen: seen(server) }).collect()
}

fn hold(target: &Target) -> anyhow::Result<Seen> {
    let place = Place::of(target);
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        place.ask(None).await?;
        let before = usage::proportional(target)?;
        let held = open(&place).await?;
        sleep(WAIT).await;
        let begin = Instant::now();
        place.ask(None).await.context("with the connections held")?;
        let answer = milliseconds(begin.elapsed());
        let memory = (before, usage::proportional(target)?);
        let connections = held.iter().filter(|connection| !connection.is_closed()).count();
        Ok(Seen { connections, memory, answer })
    })
}

async fn open(place: &Place) -> anyhow::Result<Vec<Connection>> {
    let (begun, started) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let mut all = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (place, started) = (place.clone(), Arc::clone(&started));
        all.spawn(async move {
            let mut held = Vec::new();
            while started.fetch_add(1, Ordering::Relaxed) < COUNT && begun.elapsed() < LIMIT {
                held.push(
                    place
                        .ask(None)
                        .await
                        .with_context(|| format!("beside {} others", started.load(Ordering::Relaxed)))?,
                );
            }
            anyhow::Ok(held)
        });
    }
    let mut held = Vec::new();
    while let Some(some) = all.join_next().await {
        held.extend(some??);
    }
    Ok(held)
}
