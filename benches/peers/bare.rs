//! The bare loop: what the kernel and posix_spawn(3) alone can start, without any server.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::program;
use crate::servers::command;

const LIMIT: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct Loop(PathBuf);

impl Loop {
    pub(crate) fn build() -> anyhow::Result<Self> {
        Ok(Self(program::compile("spawn_loop.c", "spawn_loop", &["-pthread"])?))
    }

    /// Starts of the program in a second, by two workers.
    pub(crate) fn rate(&self, service: &Path, window: Duration) -> anyhow::Result<f64> {
        let mut starts = command(&self.0);
        starts.arg(service).arg(window.as_secs_f64().to_string()).stderr(Stdio::inherit());
        Ok(program::output(&mut starts, LIMIT, "gcc builds it")?.trim().parse()?)
    }
}
