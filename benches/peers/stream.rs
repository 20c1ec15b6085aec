//! The first byte of a slow stream: a line, a pause, another line. A server that buffers shows it by the pause.

use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use http_body_util::BodyExt;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::contest::ROUNDS;
use crate::load::{Place, milliseconds};
use crate::samples::Samples;
use crate::scripts;
use crate::server::PATIENCE;
use crate::servers::{Server, Target};

const REQUESTS: usize = 3;

/// What waits 200 ms between its lines.
const SLOW: &str = "echo first\nsleep 0.2\necho last\n";

#[derive(Debug)]
pub(crate) struct Streamed {
    pub(crate) server: &'static Server,
    /// Milliseconds from the request to the first byte of the body.
    pub(crate) times: anyhow::Result<Vec<f64>>,
}

pub(crate) fn measure(www: &Path, servers: &[&'static Server]) -> anyhow::Result<Vec<Streamed>> {
    let script = scripts::shell(www, "slow", SLOW)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let start = |&server: &&'static Server| (server, server.start(www, &script).map(|it| (it, Vec::new())));
    let mut runs: Vec<_> = servers.iter().map(start).collect();
    for _ in 0..ROUNDS {
        for (_, run) in &mut runs {
            let Ok((target, times)) = run else { continue };
            match (0..REQUESTS).map(|_| first_byte(&runtime, target)).collect::<anyhow::Result<Vec<_>>>() {
                Ok(some) => times.extend(some),
                Err(error) => *run = Err(error),
            }
        }
    }
    Ok(runs
        .into_iter()
        .map(|(server, run)| Streamed { server, times: run.map(|(_, times)| times) })
        .collect())
}

impl Streamed {
    pub(crate) fn samples(&self) -> Option<Samples> {
        Samples::new(self.times.as_ref().ok()?.clone()).ok()
    }
}

fn first_byte(runtime: &Runtime, target: &Target) -> anyhow::Result<f64> {
    let place = Place::of(target);
    runtime.block_on(async {
        let begin = Instant::now();
        let answer = async {
            let (response, _connection) = place.send(None).await?;
            let mut body = response.into_body();
            body.frame().await.context("the body is empty")??;
            let first = begin.elapsed();
            // The next request has the machine for itself.
            while let Some(frame) = body.frame().await {
                frame?;
            }
            anyhow::Ok(milliseconds(first))
        };
        timeout(PATIENCE, answer).await.with_context(|| format!("no answer within {PATIENCE:?}"))?
    })
}
