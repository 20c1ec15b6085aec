//! Work that would hold up a worker of the runtime, because it waits for a disk or computes for long.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::{runtime::Handle, task::JoinHandle};

use crate::failure::{Failure, Kind};

/// Does the work on a thread for such work and waits for it. When the wait is dropped, the work goes on to
/// its end.
///
/// # Errors
/// Those of the work, and [`Kind::NoProcess`] when the system gives no thread for it.
pub(crate) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let Some(task) = start(&Handle::current(), work) else {
        return Err(Failure::new(Kind::NoProcess, "the system has no thread left").remedy("try again later"));
    };
    task.await.unwrap_or_else(|error| {
        Err(Failure::new(Kind::Internal, "the server did not get a request read").detail(error.to_string()))
    })
}

/// Starts the work. Nothing when the system gives no thread, which the runtime says by a panic: then the work
/// waits for the next thread there is. A runtime that is ending drops the work instead.
pub(super) fn start<T: Send + 'static>(
    runtime: &Handle,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<JoinHandle<T>> {
    catch_unwind(AssertUnwindSafe(|| runtime.spawn_blocking(work))).ok()
}
