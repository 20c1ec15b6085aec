//! Work that may wait for a disk, on the runtime's threads for such work.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
};

use rustix::io::Errno;
use tokio::{runtime::Handle, task::JoinHandle};

use super::failed;
use crate::failure::Failure;

/// Does the work elsewhere and waits for it. When the wait is dropped the work goes on to its end.
///
/// # Errors
/// Those of the work, and that there is no thread for it.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let Some(task) = start(&Handle::current(), work) else {
        return Err(failed(&Errno::AGAIN.into()));
    };
    task.await.unwrap_or_else(|error| Err(failed(&io::Error::other(error))))
}

/// Starts the work. Nothing when the system gives no thread, which the runtime says by a panic: then the work waits
/// for the next thread there is. A runtime that is ending drops the work instead.
pub(super) fn start<T: Send + 'static>(
    runtime: &Handle,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<JoinHandle<T>> {
    catch_unwind(AssertUnwindSafe(|| runtime.spawn_blocking(work))).ok()
}
