//! The life of the program: arguments, guardian, log, runtime, run; an error becomes the exit code.

use std::{env, process::ExitCode, thread::available_parallelism};

use anyhow::Context;
use stackvana::cli::{Task, explain};
use tokio::runtime::Builder;

/// Lives, and says why when it cannot.
pub(crate) fn main() -> ExitCode {
    live().unwrap_or_else(|error| explain(&error))
}

fn live() -> anyhow::Result<ExitCode> {
    let task = Task::read(env::args_os())?;
    // A fork copies only the thread that calls it, so the guardian comes before the log's and the runtime's.
    task.guard()?;
    let _log = task.log()?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers())
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(task.run())
}

/// One more than processors: a start keeps its thread asleep until the process executes its program, and the others
/// would have all requests in progress wait for that.
fn workers() -> usize {
    available_parallelism().map_or(1, usize::from) + 1
}
